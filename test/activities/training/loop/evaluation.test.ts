import type { StepEngine } from '../../../../activities/training/engine';
import { ClassificationScorer } from '../../../../activities/training/tasks/classification';
import { evaluateExamples } from '../../../../activities/training/loop/evaluation';

/** Loss 1 an example, all of them wrong, and how many examples it was asked for at a time. */
function counting(evaluationBatch: number): { readonly engine: StepEngine; readonly asked: number[] } {
  const asked: number[] = [];
  const evaluate: StepEngine['evaluate'] = (_, { length }) => {
    asked.push(length);
    return Array.from({ length }, () => Float32Array.of(1, 1, 0, -1, 0));
  };
  return { engine: { evaluationBatch, evaluate } as StepEngine, asked };
}

test.each([
  [128, [1024, 176]],
  [64, [512, 512, 176]],
  [1, new Array<number>(150).fill(8)],
])('an engine that evaluates %i at a time says often that it moves', async (batch, chunks) => {
  const { engine, asked } = counting(batch);
  const more: boolean[] = [];
  const found = await evaluateExamples(
    { engine, part: 'train', indices: new Int32Array(1200), between: async (left) => void more.push(left) },
    new ClassificationScorer(['a', 'b'], 1200),
  );
  expect(found.values()).toMatchObject({ loss: 1, accuracy: 0 });
  expect(asked).toEqual(chunks);
  expect(more).toEqual(chunks.map((_, i) => i < chunks.length - 1));
});
