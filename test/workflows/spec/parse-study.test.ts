import { formatProblems, parseStudy } from '../../../workflows/spec';
import type { ParsedStudy } from '../../../workflows/spec';

const minimal = {
  name: 'minimal',
  dataset: { format: 'idx', uri: 'data' },
  model: { preset: 'mnist-cnn' },
  stages: [{ stage: 'finalTrain' }] as readonly object[],
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
      apiVersion: 'stepwell/v1',
      seed: 1,
      reproducible: false,
      objective: { metric: 'valLoss', direction: 'minimize' },
      training: {
        optimizer: { name: 'adam', beta1: 0.9 },
        epochs: 10,
        hparams: { learningRate: 1e-3, batchSize: 32, weightDecay: 0 },
      },
      stages: [{ stage: 'finalTrain', stageId: 'final-train', options: { replicates: 3 } }],
    });
    expect(JSON.parse(JSON.stringify(study))).toEqual(study);
  });

  it('has an lrRetest put in after a ladder, visibly, unless a learning-rate stage is there', () => {
    const stages = (...names: readonly string[]) =>
      parsed(withStages(...names.map((stage) => (stage === 'regularizationSweep' ? SWEEP : { stage })))).stages.map(
        ({ stage, inserted }) => [stage, inserted !== undefined],
      );
    expect(stages('lrRangeTest', 'batchSizeLadder', 'finalTrain')).toEqual([
      ['lrRangeTest', false],
      ['batchSizeLadder', false],
      ['lrRetest', true],
      ['finalTrain', false],
    ]);
    expect(stages('batchSizeLadder', 'lrRangeTest')).toEqual([
      ['batchSizeLadder', false],
      ['lrRangeTest', false],
    ]);
    expect(stages('batchSizeLadder', 'lrRetest')).toEqual([
      ['batchSizeLadder', false],
      ['lrRetest', false],
    ]);
  });

  it("may have a gate before any stage, which is none of the stage's options", () => {
    const study = parsed(withStages({ ...SWEEP, gate: 'approve' }, { stage: 'finalTrain', gate: 'approve' }));
    expect(study.stages.map(({ gate }) => gate)).toEqual(['approve', 'approve']);
    expect(study.stages[1]?.options).not.toHaveProperty('gate');
    expect(parsed(minimal).stages[0]).not.toHaveProperty('gate');
    expect(problems(withStages({ stage: 'finalTrain', gate: 'manual' }))).toMatch(
      /^stages.0.gate: must be approve, got "manual"/,
    );
  });

  it('numbers repeated stages', () => {
    const study = parsed(withStages(SWEEP, { ...SWEEP, trials: 5 }, { stage: 'finalTrain' }));
    expect(study.stages.map(({ stageId }) => stageId)).toEqual([
      'regularization-sweep',
      'regularization-sweep-2',
      'final-train',
    ]);
  });

  it('takes every kind of dimension', () => {
    const space = {
      weightDecay: { logUniform: [1e-6, 1e-2] },
      dropoutRate: { uniform: [0, 0.6], step: 0.1 },
      batchSize: { integer: [16, 64], step: 16 },
      flip: { choice: [0, 0.5] },
      labelSmoothing: { constant: 0.1 },
    };
    expect(parsed(withSpace(space)).stages[0]?.options).toMatchObject({ space });
  });
});

it('takes conditions and branches, and flattens what is nested', () => {
  const space = {
    regularizer: {
      branches: {
        none: {},
        dropout: { dropoutRate: { uniform: [0.1, 0.6], step: 0.1 } },
        decay: { weightDecay: { logUniform: [1e-6, 1e-2] }, l2: { ordinal: [0, 1e-4, 1e-3] } },
      },
    },
    batchSize: { integer: [16, 256], log: true },
    flip: { choice: [0, 0.5], when: { batchSize: [16, 32] } },
  };
  expect(parsed(withSpace(space)).stages[0]?.options).toMatchObject({
    space: {
      regularizer: { choice: ['none', 'dropout', 'decay'] },
      dropoutRate: { uniform: [0.1, 0.6], step: 0.1, when: { regularizer: 'dropout' } },
      weightDecay: { logUniform: [1e-6, 1e-2], when: { regularizer: 'decay' } },
      l2: { ordinal: [0, 1e-4, 1e-3], when: { regularizer: 'decay' } },
      batchSize: { integer: [16, 256], log: true },
      flip: { choice: [0, 0.5], when: { batchSize: [16, 32] } },
    },
  });
});

it('takes factors on what the study will hold', () => {
  expect(parsed(withSpace({ learningRate: { times: [0.5, 1, 2] } })).stages[0]?.options).toMatchObject({
    space: { learningRate: { ordinal: [0.5, 1, 2], isRelative: true } },
  });
  expect(parsed(withSpace({ dropoutRate: { times: [1, 4] } })).stages[0]?.options).toMatchObject({
    space: { dropoutRate: { ordinal: [1, 4] } },
  });
});

describe('what is wrong', () => {
  it('is reported all at once, each with path, rule, value and fix', () => {
    const text = problems({
      name: 'Bad Name',
      sead: 3,
      dataset: { format: 'idx', uri: 'http://host/data' },
      model: { preset: 'mnist-cnn' },
      training: { optimizer: { name: 'adma' }, epochs: 0, learningRate: 0.1 },
      stages: [
        { stage: 'lrRangetest' },
        { stage: 'batchSizeLadder', batchSizeMin: 64, batchSizeMax: 16 },
        { stage: 'finalTrain', replicats: 2 },
      ],
    });
    expect(text.split('\n')).toEqual([
      expect.stringMatching(/^name: must be 1 to 63 lower-case letters.*, got "Bad Name"/),
      'sead: unknown key, got 3; did you mean "seed"?',
      'dataset.uri: must be a path, a file:// or an s3:// address, got "http://host/data"',
      expect.stringMatching(/^training.optimizer.name: must be one of .*, got "adma"; did you mean "adam"\?/),
      'training.epochs: must be at least 1, got 0',
      'training.learningRate: unknown key, got 0.1; it is a hyperparameter: put it in training.hparams.learningRate',
      expect.stringMatching(
        /^stages.0.stage: must be one of lrRangeTest, .*, got "lrRangetest"; did you mean "lrRangeTest"\?/,
      ),
      'stages.1.batchSizeMax: must be at least batchSizeMin, got 16',
      'stages.2.replicats: unknown key, got 2; did you mean "replicates"?',
    ]);
  });

  it.each([null, 7, 'text', []])('is a study that is %p', (study) => {
    expect(problems(study)).toMatch(/^study: must be a mapping with name, dataset, model and stages/);
  });

  it('is a study without stages, and one without anything', () => {
    expect(problems({ ...minimal, stages: [] })).toBe('stages: must have at least 1 entry, got []');
    expect(
      problems({})
        .split('\n')
        .map((line) => line.split(':')[0]),
    ).toEqual(['name', 'dataset', 'model', 'stages']);
  });

  it('is a space that is empty, misspelt, out of range or of the wrong kind', () => {
    expect(problems(withSpace({}))).toMatch(/stages.0.space: must have at least one hyperparameter/);
    expect(problems(withSpace({ droputRate: { uniform: [0, 0.5] } }))).toMatch(
      /stages.0.space.droputRate: nothing reads this hyperparameter.*did you mean "dropoutRate"/,
    );
    expect(problems(withSpace({ dropoutRate: { unifrom: [0, 0.5] } }))).toMatch(/stages.0.space.dropoutRate/);
    expect(problems(withSpace({ dropoutRate: { uniform: [0, 3] } }))).toMatch(
      /stages.0.space.dropoutRate.uniform: must lie between 0 and 0.95/,
    );
    expect(problems(withSpace({ dropoutRate: { uniform: [0.5, 0.1] } }))).toMatch(
      /stages.0.space.dropoutRate.uniform: must rise from the lowest to the highest value/,
    );
    expect(problems(withSpace({ weightDecay: { logUniform: [0, 0.1] } }))).toMatch(
      /stages.0.space.weightDecay.logUniform.0: must be above 0/,
    );
    expect(problems(withSpace({ batchSize: { uniform: [16, 64] } }))).toMatch(
      /stages.0.space.batchSize.uniform: must be integer, choice or ordinal/,
    );
    expect(problems(withStages({ stage: 'regularizationSweep' }))).toMatch(/stages.0.space: is required/);
  });

  it('is a factor twice or below 0, a point that names a multiple, and a condition on one', () => {
    expect(problems(withSpace({ learningRate: { times: [1, 1] } }))).toMatch(
      /stages.0.space.learningRate.times: must not have a value twice/,
    );
    expect(problems(withSpace({ learningRate: { times: [-1] } }))).toMatch(
      /stages.0.space.learningRate.times.0: must be above 0/,
    );
    expect(
      problems(withSpace({ learningRate: { times: [1, 2] }, flip: { choice: [0, 1], when: { learningRate: 1 } } })),
    ).toMatch(/stages.0.space.flip.when.learningRate: must name a hyperparameter whose values are known/);
    expect(
      problems(
        withStages({
          stage: 'regularizationSweep',
          space: { learningRate: { times: [1, 2] } },
          enqueue: [{ learningRate: 2 }],
        }),
      ),
    ).toMatch(/stages.0.enqueue.0.learningRate: must be left out/);
  });

  it('is a choice or a constant that is no number, for a hyperparameter that is one', () => {
    expect(
      problems(
        withSpace({
          weightDecay: { choice: ['a', 'b'] },
          l2: { constant: true },
          batchSize: { choice: [16, 'many'] },
          flip: { choice: [false, true] },
        }),
      ).split('\n'),
    ).toEqual([
      'stages.0.space.weightDecay.choice: must be numbers, got ["a","b"]',
      'stages.0.space.l2.constant: must be numbers, got true',
      'stages.0.space.batchSize.choice: must be numbers, got [16,"many"]',
      'stages.0.space.flip.choice: must be numbers, got [false,true]',
    ]);
    const model = { layers: [{ layer: 'dense', units: 10, activation: { hparam: 'unit' } }] };
    expect(
      problems({ ...withSpace({ unit: { choice: ['relu', 'elu'] } }), model, training: { hparams: { unit: 'relu' } } }),
    ).toBe('');
  });

  it('is a value that is chosen twice, and a step that leads out of its range', () => {
    expect(
      problems(
        withSpace({
          weightDecay: { choice: [0.1, 0.01, 0.1] },
          l2: { uniform: [0, 0.1], step: 5 },
          batchSize: { integer: [16, 32], step: 17 },
        }),
      ).split('\n'),
    ).toEqual([
      'stages.0.space.weightDecay.choice: must not have a value twice, got [0.1,0.01,0.1]',
      'stages.0.space.l2.step: must be at most the highest less the lowest value, got 5',
      'stages.0.space.batchSize.step: must be at most the highest less the lowest value, got 17',
    ]);
    expect(
      problems(withSpace({ l2: { uniform: [0.1, 0.3], step: 0.2 }, batchSize: { integer: [16, 32], step: 16 } })),
    ).toBe('');
  });

  it.each([
    ['choise', [0.1, 0.2], 'choice'],
    ['unifrom', [0, 0.1], 'uniform'],
    ['logunifrom', [0.1, 0.2], 'logUniform'],
    ['intgr', [0, 1], 'integer'],
    ['konstant', 0.1, 'constant'],
  ])('is a kind of dimension that is misspelt %s: one mistake, one problem', (key, value, meant) => {
    expect(problems(withSpace({ weightDecay: { [key]: value } }))).toBe(
      `stages.0.space.weightDecay.${key}: unknown key, got ${JSON.stringify(value)}; did you mean "${meant}"?`,
    );
  });

  it('is shown as it was written, infinities too', () => {
    expect(problems(withSpace({ weightDecay: { uniform: [0, Infinity] } }))).toContain('got Infinity');
    expect(problems(withSpace({ weightDecay: { uniform: [-Infinity, NaN], from: 'text' } }))).not.toContain('null');
    expect(problems({ ...minimal, surplus: [0, Infinity, -Infinity, NaN, '0', null] })).toContain(
      'got [0,Infinity,-Infinity,NaN,"0",null]',
    );
  });

  it('is a share of the examples: each of its own, or both together', () => {
    const withDataset = (dataset: object): string =>
      problems({ ...minimal, dataset: { ...minimal.dataset, ...dataset } });
    expect(withDataset({ validationFraction: 1.5 })).toBe('dataset.validationFraction: must be at most 0.9, got 1.5');
    expect(withDataset({ validationFraction: 0.5, testFraction: 7 })).toBe(
      'dataset.testFraction: must be at most 0.9, got 7',
    );
    expect(withDataset({ validationFraction: 0.5, testFraction: 0.6 })).toBe(
      'dataset.testFraction: validationFraction and testFraction together must be below 1, got 0.6',
    );
  });

  it.each([
    ['s3://', 's3://bucket/prefix'],
    ['s3:///prefix', 's3://bucket/prefix'],
    ['s3://A_bucket', 's3://bucket/prefix'],
    ['S3://bucket', 'must be a path'],
    ['file://host/tmp', 'a host cannot be named'],
    ['file://', 'a host cannot be named'],
    ['file:///tmp/%00', 'NUL'],
    ['/tmp/\0', 'NUL'],
    ['file:///a%2Fb', 'encoded /'],
    ['file:///50%/data', '%25'],
    ['file:///data#1', '%23'],
    ['http://host/data', 'must be a path'],
    ['file:tmp', 'must be a path'],
  ])('is the address %j of a data set', (uri, message) => {
    const text = problems({ ...minimal, dataset: { ...minimal.dataset, uri } });
    expect(text).toMatch(/^dataset\.uri: must .*, got ".*"$/);
    expect(text).toContain(message);
  });

  it('is a layer that TensorFlow.js does not have, in the word that was written', () => {
    const layers = [
      { layer: 'conv4d' },
      { layer: 'maxpooling2D', poolSize: 2 },
      { className: 'conv2d', config: {} },
      { layer: 'attention' },
      { layer: 'maxPool2d' },
      { layer: 'conv3d' },
    ];
    expect(problems({ ...minimal, model: { layers } }).split('\n')).toEqual([
      'model.layers.0.layer: must be a layer of TensorFlow.js, got "conv4d"; did you mean "Conv2D"?',
      'model.layers.2.className: must be a layer of TensorFlow.js, got "conv2d"; did you mean "Conv2D"?',
      'model.layers.3.layer: must be a layer of TensorFlow.js, got "attention"; did you mean "Activation"?',
    ]);
    expect(
      parsed({ ...minimal, model: { layers: [{ layer: 'conv3d' }, { layer: 'leakyRelu' }, { layer: 'avgPool2d' }] } })
        .model,
    ).toEqual({
      layers: [
        { className: 'Conv3D', config: {} },
        { className: 'LeakyReLU', config: {} },
        { className: 'AveragePooling2D', config: {} },
      ],
    });
  });

  it('is a condition on nothing, in a circle or on a value that never is, wherever it stands, beside all else', () => {
    expect(
      problems(
        withSpace({
          kind: {
            branches: {
              plain: {},
              other: {
                dropoutRate: { uniform: [0, 3] },
                l2: { unifrom: [0, 1] },
                flip: { choice: [0, 1], when: { kidn: 'plain' } },
              },
            },
          },
          l1: { constant: 0, when: { kind: 'none' } },
          shift: { choice: [0, 0.1], when: { cutout: 0.5 } },
          cutout: { choice: [0, 0.5], when: { shift: 0.1 } },
        }),
      ).split('\n'),
    ).toEqual([
      'stages.0.space.kind.branches.other.l2.unifrom: unknown key, got [0,1]; did you mean "uniform"?',
      'stages.0.space.kind.branches.other.dropoutRate.uniform: must lie between 0 and 0.95, got [0,3]',
      'stages.0.space.kind.branches.other.flip.when.kidn: must be the name of another hyperparameter of this space (kind, dropoutRate, l2, l1, shift, cutout), got "plain"',
      'stages.0.space.l1.when.kind: must be values that kind can have, which "none" cannot be, got "none"',
      'stages.0.space.shift.when.cutout: must not depend on itself: shift -> cutout -> shift, got 0.5',
      'stages.0.space.cutout.when.shift: must not depend on itself: cutout -> shift -> cutout, got 0.1',
    ]);
  });

  it('is a space of choices for cmaes', () => {
    expect(
      problems(
        withStages({ stage: 'regularizationSweep', space: { flip: { choice: [0, 0.5] } }, sampler: { name: 'cmaes' } }),
      ),
    ).toMatch(/^stages.0.space: must have a range or an ordinal without a condition.*use tpe/);
  });

  it('is a grid larger than the trials', () => {
    const space = {
      dropoutRate: { uniform: [0, 0.5] },
      weightDecay: { logUniform: [1e-6, 1e-2] },
      flip: { choice: [0, 0.5] },
    };
    expect(problems(withStages({ stage: 'regularizationSweep', space, sampler: { name: 'grid' } }))).toBe(
      'stages.0.trials: must be at least 19: every point of the grid, and the study as it stands',
    );
    expect(problems(withStages({ stage: 'regularizationSweep', space, sampler: { name: 'grid', levels: 2 } }))).toBe(
      '',
    );
  });

  it('is a sampler that is none', () => {
    expect(problems(withStages({ ...SWEEP, sampler: { name: 'randm' } }))).toMatch(
      /stages.0.sampler.name: must be one of random, grid, halton, sobol, tpe, cmaes, gp, got "randm"; did you mean "random"\?/,
    );
  });

  it('is a range of learning rates narrower than a decade, and factors without the present rate', () => {
    expect(problems(withStages({ stage: 'lrRangeTest', from: 0.1, to: 0.2 }))).toBe(
      'stages.0.to: must be at least 10 times from, got 0.2',
    );
    expect(
      problems(
        withStages({ stage: 'lrRangeTest' }, { stage: 'batchSizeLadder' }, { stage: 'lrRetest', factors: [0.5, 2] }),
      ),
    ).toMatch(/stages.2.factors: must include 1/);
  });

  it('is an unknown preset or format, where they are known', () => {
    expect(
      problems(
        { ...minimal, model: { preset: 'mnist-cn' }, dataset: { format: 'ids', uri: 'data' } },
        { presets: ['mnist-cnn'], formats: ['idx', 'cifar'] },
      ).split('\n'),
    ).toEqual([
      'dataset.format: must be one of idx, cifar, got "ids"; did you mean "idx"?',
      'model.preset: must be one of mnist-cnn, got "mnist-cn"; did you mean "mnist-cnn"?',
    ]);
  });

  it('never ends in an exception, whatever is handed in', () => {
    const cyclic: { self?: unknown } = {};
    cyclic.self = cyclic;
    for (const study of [
      cyclic,
      { stages: {} },
      { ...minimal, stages: [null, 3, 'finalTrain', [], { stage: null }] },
      { ...minimal, training: [] },
      { ...minimal, model: 5 },
      { ...minimal, name: NaN },
    ]) {
      expect(problems(study)).toMatch(/\S/);
    }
  });
});

describe('the order of stages', () => {
  it.each([
    [
      'a stage after finalTrain',
      [{ stage: 'finalTrain' }, SWEEP],
      /stages.1.stage: must come before finalTrain \(stages.0\)/,
    ],
    [
      'two final trainings',
      [{ stage: 'finalTrain' }, { stage: 'finalTrain' }],
      /must not repeat finalTrain.*set its replicates/,
    ],
    ['the same question twice', [SWEEP, SWEEP], /must not repeat stages.0 with the same options/],
    [
      'a re-test with nothing to test again',
      [{ stage: 'lrRetest' }],
      /must not come first.*use lrRangeTest, or set training.hparams.learningRate/,
    ],
    [
      'a re-test right after the test',
      [{ stage: 'lrRangeTest' }, { stage: 'lrRetest' }],
      /must not follow lrRangeTest/,
    ],
  ])('refuses %s, and says why', (_, stages, message) => {
    expect(problems(withStages(...stages))).toMatch(message);
  });

  it('takes any other', () => {
    expect(problems({ ...withStages({ stage: 'lrRetest' }), training: { hparams: { learningRate: 0.01 } } })).toBe('');
    expect(problems(withStages(SWEEP, { stage: 'lrRetest' }, { ...SWEEP, trials: 4 }))).toBe('');
  });

  it('warns of a sweep before the ladder', () => {
    const result = parseStudy(withStages(SWEEP, { stage: 'batchSizeLadder' }));
    expect(result).toMatchObject({
      ok: true,
      warnings: [{ path: 'stages.1.stage', rule: expect.stringContaining('should come before regularizationSweep') }],
    });
  });
});
