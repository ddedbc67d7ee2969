import { formatProblems, parseStudy } from '../../../workflows/spec';
import type { ParsedStudy } from '../../../workflows/spec';

const minimal = {
  name: 'minimal', dataset: { format: 'idx', uri: 'data' }, model: { preset: 'mnist-cnn' }, stages: [{ stage: 'finalTrain' }] as readonly object[],
};

const SWEEP = { stage: 'regularizationSweep', space: { dropoutRate: { uniform: [0, 0.6] } } };

function parsed(study: unknown): ParsedStudy {
  const result = parseStudy(study);
  if (!result.ok) throw new Error(formatProblems(result.problems));
  return result.study;
}

function problems(study: unknown, known = {}): string {
  const result = parseStudy(study, known);
  return result.ok ? '' : formatProblems(result.problems);
}

const withStages = (...stages: readonly object[]): object => ({ ...minimal, stages });
const withSpace = (space: object): object => withStages({ stage: 'regularizationSweep', space });

describe('what is right', () => {
  it('gets every default', () => {
    const study = parsed(minimal);
    expect(study).toMatchObject({
      apiVersion: 'stepwell/v1', seed: 1, reproducible: false, objective: { metric: 'valLoss', direction: 'minimize' },
      training: { optimizer: { name: 'adam', beta1: 0.9 }, epochs: 10, hparams: { learningRate: 1e-3, batchSize: 32, weightDecay: 0 } },
      stages: [{ stage: 'finalTrain', stageId: 'final-train', options: { replicates: 3 } }],
    });
    expect(JSON.parse(JSON.stringify(study))).toEqual(study);
  });

  it('has an lrRetest put in after a ladder, visibly, unless a learning-rate stage is there', () => {
    const stages = (...names: readonly string[]) => parsed(withStages(...names.map((stage) => (stage === 'regularizationSweep' ? SWEEP : { stage })))).stages.map(({ stage, inserted }) => [stage, inserted !== undefined]);
    expect(stages('lrRangeTest', 'batchSizeLadder', 'finalTrain')).toEqual([['lrRangeTest', false], ['batchSizeLadder', false], ['lrRetest', true], ['finalTrain', false]]);
    expect(stages('batchSizeLadder', 'lrRangeTest')).toEqual([['batchSizeLadder', false], ['lrRangeTest', false]]);
    expect(stages('batchSizeLadder', 'lrRetest')).toEqual([['batchSizeLadder', false], ['lrRetest', false]]);
  });

  it('numbers repeated stages', () => {
    const study = parsed(withStages(SWEEP, { ...SWEEP, trials: 5 }, { stage: 'finalTrain' }));
    expect(study.stages.map(({ stageId }) => stageId)).toEqual(['regularization-sweep', 'regularization-sweep-2', 'final-train']);
  });

  it('takes every kind of dimension', () => {
    const space = {
      weightDecay: { logUniform: [1e-6, 1e-2] }, dropoutRate: { uniform: [0, 0.6], step: 0.1 }, batchSize: { integer: [16, 64], step: 16 },
      flip: { choice: [0, 0.5] }, labelSmoothing: { constant: 0.1 },
    };
    expect(parsed(withSpace(space)).stages[0]?.options).toMatchObject({ space });
  });
});

describe('what is wrong', () => {
  it('is reported all at once, each with path, rule, value and fix', () => {
    const text = problems({
      name: 'Bad Name', sead: 3, dataset: { format: 'idx', uri: 'http://host/data' }, model: { preset: 'mnist-cnn' },
      training: { optimizer: { name: 'adma' }, epochs: 0, learningRate: 0.1 },
      stages: [{ stage: 'lrRangetest' }, { stage: 'batchSizeLadder', batchSizeMin: 64, batchSizeMax: 16 }, { stage: 'finalTrain', replicats: 2 }],
    });
    expect(text.split('\n')).toEqual([
      expect.stringMatching(/^name: must be 1 to 63 lower-case letters.*, got "Bad Name"/),
      'sead: unknown key, got 3; did you mean "seed"?',
      'dataset.uri: must be a path, a file:// or an s3:// address, got "http://host/data"',
      expect.stringMatching(/^training.optimizer.name: must be one of .*, got "adma"; did you mean "adam"\?/),
      'training.epochs: must be at least 1, got 0',
      'training.learningRate: unknown key, got 0.1; it is a hyperparameter: put it in training.hparams.learningRate',
      expect.stringMatching(/^stages.0.stage: must be one of lrRangeTest, .*, got "lrRangetest"; did you mean "lrRangeTest"\?/),
      'stages.1.batchSizeMax: must be at least batchSizeMin, got 16',
      'stages.2.replicats: unknown key, got 2; did you mean "replicates"?',
    ]);
  });

  it.each([null, 7, 'text', []])('is a study that is %p', (study) => {
    expect(problems(study)).toMatch(/^study: must be a mapping with name, dataset, model and stages/);
  });

  it('is a study without stages, and one without anything', () => {
    expect(problems({ ...minimal, stages: [] })).toBe('stages: must have at least 1 entry, got []');
    expect(problems({}).split('\n').map((line) => line.split(':')[0])).toEqual(['name', 'dataset', 'model', 'stages']);
  });

  it('is a space that is empty, misspelt, out of range or of the wrong kind', () => {
    expect(problems(withSpace({}))).toMatch(/stages.0.space: must have at least one hyperparameter/);
    expect(problems(withSpace({ droputRate: { uniform: [0, 0.5] } }))).toMatch(/stages.0.space.droputRate: nothing reads this hyperparameter.*did you mean "dropoutRate"/);
    expect(problems(withSpace({ dropoutRate: { unifrom: [0, 0.5] } }))).toMatch(/stages.0.space.dropoutRate/);
    expect(problems(withSpace({ dropoutRate: { uniform: [0, 3] } }))).toMatch(/stages.0.space.dropoutRate.uniform: must lie between 0 and 0.95/);
    expect(problems(withSpace({ dropoutRate: { uniform: [0.5, 0.1] } }))).toMatch(/stages.0.space.dropoutRate.uniform: must rise from the lowest to the highest value/);
    expect(problems(withSpace({ weightDecay: { logUniform: [0, 0.1] } }))).toMatch(/stages.0.space.weightDecay.logUniform.0: must be above 0/);
    expect(problems(withSpace({ batchSize: { uniform: [16, 64] } }))).toMatch(/stages.0.space.batchSize.uniform: must be integer or choice/);
    expect(problems(withStages({ stage: 'regularizationSweep' }))).toMatch(/stages.0.space: is required/);
  });

  it('is a grid larger than the trials', () => {
    const space = { dropoutRate: { uniform: [0, 0.5] }, weightDecay: { logUniform: [1e-6, 1e-2] }, flip: { choice: [0, 0.5] } };
    expect(problems(withStages({ stage: 'regularizationSweep', space, sampler: { name: 'grid' } }))).toBe(
      'stages.0.trials: must be at least 19: every point of the grid, and the study as it stands',
    );
    expect(problems(withStages({ stage: 'regularizationSweep', space, sampler: { name: 'grid', levels: 2 } }))).toBe('');
  });

  it('is a sampler that is none', () => {
    expect(problems(withStages({ ...SWEEP, sampler: { name: 'randm' } }))).toMatch(/stages.0.sampler.name: must be one of random, grid, halton, sobol, tpe, got "randm"; did you mean "random"\?/);
  });

  it('is a range of learning rates narrower than a decade, and factors without the present rate', () => {
    expect(problems(withStages({ stage: 'lrRangeTest', from: 0.1, to: 0.2 }))).toBe('stages.0.to: must be at least 10 times from, got 0.2');
    expect(problems(withStages({ stage: 'lrRangeTest' }, { stage: 'batchSizeLadder' }, { stage: 'lrRetest', factors: [0.5, 2] }))).toMatch(/stages.2.factors: must include 1/);
  });

  it('is an unknown preset or format, where they are known', () => {
    expect(problems({ ...minimal, model: { preset: 'mnist-cn' }, dataset: { format: 'ids', uri: 'data' } }, { presets: ['mnist-cnn'], formats: ['idx', 'cifar'] }).split('\n')).toEqual([
      'dataset.format: must be one of idx, cifar, got "ids"; did you mean "idx"?',
      'model.preset: must be one of mnist-cnn, got "mnist-cn"; did you mean "mnist-cnn"?',
    ]);
  });

  it('never ends in an exception, whatever is handed in', () => {
    const cyclic: { self?: unknown } = {};
    cyclic.self = cyclic;
    for (const study of [cyclic, { stages: {} }, { ...minimal, stages: [null, 3, 'finalTrain', [], { stage: null }] }, { ...minimal, training: [] }, { ...minimal, model: 5 }, { ...minimal, name: NaN }]) {
      expect(problems(study)).toMatch(/\S/);
    }
  });
});

describe('the order of stages', () => {
  it.each([
    ['a stage after finalTrain', [{ stage: 'finalTrain' }, SWEEP], /stages.1.stage: must come before finalTrain \(stages.0\)/],
    ['two final trainings', [{ stage: 'finalTrain' }, { stage: 'finalTrain' }], /must not repeat finalTrain.*set its replicates/],
    ['the same question twice', [SWEEP, SWEEP], /must not repeat stages.0 with the same options/],
    ['a re-test with nothing to test again', [{ stage: 'lrRetest' }], /must not come first.*use lrRangeTest, or set training.hparams.learningRate/],
    ['a re-test right after the test', [{ stage: 'lrRangeTest' }, { stage: 'lrRetest' }], /must not follow lrRangeTest/],
  ])('refuses %s, and says why', (_, stages, message) => {
    expect(problems(withStages(...stages))).toMatch(message);
  });

  it('takes any other', () => {
    expect(problems({ ...withStages({ stage: 'lrRetest' }), training: { hparams: { learningRate: 0.01 } } })).toBe('');
    expect(problems(withStages(SWEEP, { stage: 'lrRetest' }, { ...SWEEP, trials: 4 }))).toBe('');
  });

  it('warns of a sweep before the ladder', () => {
    const result = parseStudy(withStages(SWEEP, { stage: 'batchSizeLadder' }));
    expect(result).toMatchObject({ ok: true, warnings: [{ path: 'stages.1.stage', rule: expect.stringContaining('should come before regularizationSweep') }] });
  });
});
