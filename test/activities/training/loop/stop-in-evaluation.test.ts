/**
 * A training by the port alone, whose engine is arithmetic on one weight: what a stop leaves, wherever it is heard.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { OpenTraining } from '../../../../activities/training/engine';
import type { LoadedDataset } from '../../../../activities/training/examples/dataset';
import { TrialRun } from '../../../../activities/training/loop/trial-run';
import type { HostTensors } from '../../../../activities/training/safetensors';
import type { CheckpointFile, TrainReport } from '../../../../activities/trial/protocol';
import type { TrialSpec } from '../../../../workflows/words/trial';
import { withoutTimes } from '../../../support/trainer';
import { stubJob } from '../../trial/stub-job';

const folder = mkdtempSync(path.join(tmpdir(), 'stepwell-stop-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const EXAMPLES = 3_000;
const BATCH = 500;
const EPOCHS = 3;

const weightOf = (weight: number): HostTensors => new Map([['w', { shape: [1], values: Float32Array.of(weight) }]]);
const indices = Int32Array.from({ length: EXAMPLES }, (_, i) => i);

/** Counts what it evaluates, over all trainings of a test. */
function opened(onEvaluated: () => void): OpenTraining {
  let state = weightOf(1);
  const weight = (): number => state.get('w')?.values[0] ?? Number.NaN;
  const evaluate = (_part: unknown, { length }: Int32Array) => {
    onEvaluated();
    return Array.from({ length }, () => Float32Array.of(weight(), 1, 0, -1, 0));
  };
  return {
    parameters: 1,
    initialState: () => weightOf(1),
    layers: [],
    weightsOf: (tensors) => new Map(tensors),
    averagesOf: () => null,
    statistics: new Map(),
    stepScalars: () => new Float32Array(1),
    export: async () => undefined,
    close: () => undefined,
    engine: {
      load: (tensors) => {
        state = new Map(tensors);
      },
      read: () => new Map(state),
      // Worse from the second epoch on, so that the best weights are not the last.
      step: (_examples, _scalars, [, step]) => {
        state = weightOf(step < EXAMPLES / BATCH ? weight() * 0.9 : weight() * 1.01);
        return weight();
      },
      gradientNorms: () => ({ small: 1, large: 1 }),
      statistics: () => new Map(),
      evaluationBatch: 128,
      evaluate,
      dispose: () => undefined,
    },
  };
}

interface Ran {
  readonly end: TrainReport | { readonly stoppedAt: number };
  readonly checkpoint: CheckpointFile | undefined;
}

/** @param stopAt Chunks of evaluations after which a stop is asked for. */
async function run(resumeFrom: string | null, stopAt = Infinity, spec: Partial<TrialSpec> = {}): Promise<Ran> {
  const job = stubJob(0, { batchSize: BATCH, learningRate: 0.1 });
  const checkpoints: CheckpointFile[] = [];
  let chunks = 0;
  const parts = {
    job: {
      ...job,
      resumeFrom,
      checkpointEverySteps: 1_000,
      scratchFolder: mkdtempSync(path.join(folder, 'run-')),
      trial: {
        ...job.trial,
        limit: { epochs: EPOCHS },
        evaluate: { validation: 'epoch', test: true } as const,
        ...spec,
      },
    },
    dataset: { manifest: { classNames: ['a', 'b'], classes: 2 } } as unknown as LoadedDataset,
    facts: {
      limit: { epochs: EPOCHS },
      batchSize: BATCH,
      phases: [{ step: 0, examples: 0, batchSize: BATCH }],
      stepsTotal: (EPOCHS * EXAMPLES) / BATCH,
      trainExamples: EXAMPLES,
      split: { train: indices, validation: indices, test: indices },
    },
    training: opened(() => (chunks += 1)),
    identity: 'arithmetic',
    onGpu: false,
    send: (message: { readonly type: string; readonly checkpoint?: CheckpointFile }) => {
      if (message.checkpoint !== undefined) checkpoints.push(message.checkpoint);
    },
    stopRequested: () => chunks >= stopAt,
  };
  return { end: await new TrialRun(parts).train(), checkpoint: checkpoints.at(-1) };
}

const measured = ({ end }: Ran): object => {
  if (!('outcome' in end) || !('measurement' in end.outcome)) throw new Error('the training has not ended');
  return withoutTimes(end.outcome.measurement);
};

// Three chunks an epoch, and three of the test at the end.
test.each([
  ['the first evaluation', 1, 6],
  ['a later one', 5, 12],
  ['the last one', 8, 18],
  ['the test', 10, 18],
])(
  'a stop in %s is heard in it, and leaves a checkpoint from which the measurement is the same',
  async (_, at, step) => {
    const whole = measured(await run(null));
    const { end, checkpoint } = await run(null, at);
    expect(end).toEqual({ stoppedAt: step });
    expect(checkpoint?.step).toBe(step);
    expect(measured(await run(checkpoint?.path ?? null))).toEqual(whole);
  },
);

test('a stop that comes with the last chunk of the test lets the training end', async () => {
  expect((await run(null, 12)).end).toHaveProperty('outcome.status', 'completed');
});

test('weights that nobody wants are tested all the same, and not written', async () => {
  const wanted = await run(null);
  const discarded = await run(null, Infinity, { discardWeights: true });
  expect([wanted, discarded].map(({ end }) => 'outcome' in end && end.weightsPath !== null)).toEqual([true, false]);
  expect(measured(discarded)).toEqual(measured(wanted));
});
