import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { parseStudy } from '../../../workflows/spec';
import type { ParsedStudy } from '../../../workflows/spec';
import { TASKS, validationMetricsOf } from '../../../workflows/tasks';
import type { TaskName } from '../../../workflows/tasks';
import { planStudy } from '../../../workflows/planning/simulate';

const FACTS = { trainExamples: 1150, validationExamples: 287, testExamples: 360, classes: 10 };

function study(name: string, changes: object = {}): ParsedStudy {
  const written: unknown = parse(readFileSync(path.join(__dirname, '../../../examples', `${name}.yaml`), 'utf8'));
  const result = parseStudy({ ...(written as object), ...changes });
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.study;
}

describe.each(['digits', 'fashion-mnist'])('the plan of %s', (name) => {
  const plan = planStudy(study(name), FACTS);

  it('lists every stage with its trials, the inserted one with its reason', () => {
    expect(plan.stages.map(({ stageId }) => stageId)).toEqual([
      'lr-range-test',
      'lr-retest',
      'batch-size-ladder',
      'lr-retest-2',
      'batch-size-ladder-2',
      'lr-retest-3',
      'regularization-sweep',
      'final-train',
    ]);
    expect(plan.stages[3]?.inserted).toMatch(/batchSizeLadder may change the batch size/);
    // The ladder may leave nothing to do, which is no promise: the most that a stage can take is what it has options for.
    const idle = plan.stages.filter(({ trials }) => trials.length === 0).map(({ stageId }) => stageId);
    expect(['lr-retest-2', 'batch-size-ladder-2', 'lr-retest-3']).toEqual(expect.arrayContaining(idle));
    plan.stages.forEach(({ trials, question, atMost }) => {
      expect(atMost.trials).toBeGreaterThan(0);
      expect(question).toMatch(/\S/);
      trials.forEach(({ steps, examples, batchSize, epochs }) => {
        expect(examples).toBe(steps * batchSize);
        expect(epochs).toBeCloseTo(examples / FACTS.trainExamples, 9);
      });
    });
  });

  it('expects no more than it allows, in sum as in every stage', () => {
    for (const { trials, atMost } of plan.stages) {
      expect(trials.length).toBeLessThanOrEqual(atMost.trials);
      expect(trials.reduce((sum, { examples }) => sum + examples, 0)).toBeLessThanOrEqual(atMost.examples);
    }
    expect(plan.expected.trials).toBe(plan.stages.reduce((sum, { trials }) => sum + trials.length, 0));
    expect(plan.atMost.steps).toBe(plan.stages.reduce((sum, { atMost }) => sum + atMost.steps, 0));
  });

  it('is the same every time, and plain data', () => {
    expect(planStudy(study(name), FACTS)).toEqual(plan);
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
  });
});

it('shows in each trial what differs from the study at that point', () => {
  const { stages } = planStudy(study('digits'), FACTS);
  const sweep = stages.find(({ stage }) => stage === 'regularizationSweep')?.trials ?? [];
  expect(sweep[0]?.changes).toEqual({});
  expect(Object.keys(sweep[1]?.changes ?? {}).sort()).toEqual(expect.arrayContaining(['dropoutRate', 'weightDecay']));
});

it('keeps to the number of trials that the budget allows, with the final training reserved', () => {
  const plan = planStudy(study('digits', { budget: { maxTrials: 25, parallelTrials: 2 } }), FACTS);
  expect(plan.expected.trials).toBeLessThanOrEqual(25);
  expect(plan.stages.at(-1)?.trials).toHaveLength(3);
});

it('counts a training that pauses as one trial, and what it saves', () => {
  const space = { weightDecay: { logUniform: [1e-6, 1e-2] }, dropoutRate: { uniform: [0, 0.6] } };
  const planWith = (pruner: object) =>
    planStudy(
      study('digits', {
        training: { epochs: 20 },
        stages: [{ stage: 'regularizationSweep', space, trials: 27, pruner }, { stage: 'finalTrain' }],
      }),
      FACTS,
    );
  const [whole, halved] = [planWith({ name: 'none' }), planWith({ name: 'asha', minEpochs: 1 })];
  const trials = halved.stages[0]?.trials ?? [];
  const first = trials.filter(({ continues }) => continues === undefined);
  expect(halved.expected.trials).toBe(whole.expected.trials);
  expect(first).toHaveLength(whole.stages[0]?.trials.length ?? 0);
  expect(trials.length).toBeGreaterThan(first.length);
  expect(halved.expected.examples).toBeLessThan(0.7 * whole.expected.examples);
  expect(halved.atMost).toEqual(whole.atMost);
  // The second segment from the end of the first on: 2 of its 3 epochs.
  expect(trials.find(({ trialId }) => trialId.endsWith('.2'))).toMatchObject({
    label: expect.stringMatching(/, from epoch 1$/),
    epochs: expect.closeTo(2, 1),
  });
});

describe('the plan of which-training', () => {
  const plan = planStudy(study('which-training'), FACTS);

  it('tries every optimizer and every schedule, none beyond what it allows', () => {
    const [search] = plan.stages;
    const tried = (name: string, own: string): Set<unknown> =>
      new Set(search?.trials.map(({ changes }) => changes[name] ?? own));
    expect(tried('optimizer', 'adam')).toEqual(new Set(['adam', 'rmsprop', 'adagrad']));
    expect(tried('schedule', 'constant')).toEqual(new Set(['constant', 'exponential', 'cosine', 'piecewise']));
    expect(plan.expected.examples).toBeLessThanOrEqual(plan.atMost.examples);
  });
});

describe.each(Object.keys(TASKS) as TaskName[])('a study of the task %s', (task) => {
  const targets = [{ name: 'age', mean: 0.5, variance: 0.25, deviation: 0.5, isLabel: true }];
  const facts = task === 'classification' ? FACTS : { ...FACTS, classes: 1, targets };
  const stages = [
    { stage: 'lrRangeTest' },
    { stage: 'batchSizeLadder' },
    { stage: 'sweep', space: { dropoutRate: { uniform: [0, 0.6] } }, trials: 4 },
    { stage: 'finalTrain' },
  ];

  it.each(validationMetricsOf(task))('goes through every stage by %s', (metric) => {
    const plan = planStudy(study('digits', { task, objective: { metric }, stages }), facts);
    expect(plan.stages.map(({ stage }) => stage)).toEqual([
      'lrRangeTest',
      'lrRetest',
      'batchSizeLadder',
      'lrRetest',
      'batchSizeLadder',
      'lrRetest',
      'sweep',
      'finalTrain',
    ]);
  });
});
