import { MINIMAL, parsed, problems, SWEEP, withSpace, withStages } from './parsing';

describe('what is right', () => {
  it('gets every default', () => {
    const study = parsed(MINIMAL);
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
    expect(problems({ ...MINIMAL, stages: [] })).toBe('stages: must have at least 1 entry, got []');
    expect(
      problems({})
        .split('\n')
        .map((line) => line.split(':')[0]),
    ).toEqual(['name', 'dataset', 'model', 'stages']);
  });

  it('is shown as it was written, infinities too', () => {
    expect(problems(withSpace({ weightDecay: { uniform: [0, Infinity] } }))).toContain('got Infinity');
    expect(problems(withSpace({ weightDecay: { uniform: [-Infinity, NaN], from: 'text' } }))).not.toContain('null');
    expect(problems({ ...MINIMAL, surplus: [0, Infinity, -Infinity, NaN, '0', null] })).toContain(
      'got [0,Infinity,-Infinity,NaN,"0",null]',
    );
  });

  it('is a number of folds in place of a share for validation, beside which nothing pauses', () => {
    const withFolds = (dataset: object, stage: object = SWEEP) => ({
      ...withStages(stage),
      dataset: { ...MINIMAL.dataset, validation: { folds: 5 }, ...dataset },
    });
    expect(parsed(withFolds({})).dataset).toMatchObject({ folds: 5, validationFraction: 0.2 });
    expect(parsed(MINIMAL).dataset).toMatchObject({ validationFraction: 0.2 });
    expect(problems(withFolds({ validationFraction: 0.3 }))).toContain('must be left out beside validation');
    expect(problems(withFolds({ validation: { folds: 1 } }))).toContain('must be at least 2');
    expect(problems(withFolds({}, { ...SWEEP, pruner: { name: 'asha' } }))).toMatch(
      /^stages.0.pruner: must be none or wilcoxon beside dataset.validation.folds: .*, got "asha"; leave the pruner out/,
    );
  });

  it('is a share of the examples: each of its own, or both together', () => {
    const withDataset = (dataset: object): string =>
      problems({ ...MINIMAL, dataset: { ...MINIMAL.dataset, ...dataset } });
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
    const text = problems({ ...MINIMAL, dataset: { ...MINIMAL.dataset, uri } });
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
    expect(problems({ ...MINIMAL, model: { layers } }).split('\n')).toEqual([
      'model.layers.0.layer: must be a layer of TensorFlow.js, got "conv4d"; did you mean "Conv2D"?',
      'model.layers.2.className: must be a layer of TensorFlow.js, got "conv2d"; did you mean "Conv2D"?',
      'model.layers.3.layer: must be a layer of TensorFlow.js, got "attention"; did you mean "Activation"?',
    ]);
    expect(
      parsed({ ...MINIMAL, model: { layers: [{ layer: 'conv3d' }, { layer: 'leakyRelu' }, { layer: 'avgPool2d' }] } })
        .model,
    ).toEqual({
      layers: [
        { className: 'Conv3D', config: {} },
        { className: 'LeakyReLU', config: {} },
        { className: 'AveragePooling2D', config: {} },
      ],
    });
  });

  it('is an unknown preset or format, where they are known', () => {
    expect(
      problems(
        { ...MINIMAL, model: { preset: 'mnist-cn' }, dataset: { format: 'ids', uri: 'data' } },
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
      { ...MINIMAL, stages: [null, 3, 'finalTrain', [], { stage: null }] },
      { ...MINIMAL, training: [] },
      { ...MINIMAL, model: 5 },
      { ...MINIMAL, name: NaN },
    ]) {
      expect(problems(study)).toMatch(/\S/);
    }
  });
});
