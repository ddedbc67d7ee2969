import { architectureCorners } from '../../../workflows/planning/architecture-corners';
import { buildability } from '../../../workflows/planning/buildable-models';
import { parseStudy } from '../../../workflows/spec';
import type { ParsedStudy } from '../../../workflows/spec';

const CONV = { layer: 'conv2d', filters: 4, kernelSize: { hparam: 'k' }, activation: 'relu' };

function study(
  space: object,
  hparams: object,
  layers: readonly object[] = [CONV, { layer: 'maxPooling2d' }, CONV],
): ParsedStudy {
  const parsed = parseStudy({
    name: 'architectures',
    dataset: { format: 'idx', uri: 'data' },
    model: { layers: [...layers, { layer: 'flatten' }, { layer: 'dense', units: 10 }] },
    training: { hparams },
    stages: [{ stage: 'lrRangeTest' }, { stage: 'sweep', space }, { stage: 'finalTrain' }],
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.study;
}

const IMAGES = { shape: [7, 7, 1], classes: 10 } as const;

describe('a model of a search', () => {
  test('that cannot be built at a corner is a warning with the corner, the layer and the reason', () => {
    expect(buildability(study({ k: { choice: [2, 3, 5] }, l2: { uniform: [0, 1] } }, { k: 2 }), IMAGES)).toEqual({
      errors: [],
      warnings: [
        {
          path: 'stages.1.space',
          rule: 'has corners at which no model can be built of images of 7 x 7 x 1 (k=5: model.layers[2] (Conv2D) must leave something of its input of 1 x 1 x 4, got an output of -3 x -3 x 4); trials there are invalid, and the search goes on without them',
          value: undefined,
        },
      ],
    });
  });

  test('that normalizes a batch of one value a channel is an error with the layer', () => {
    const layers = [
      { layer: 'flatten' },
      { layer: 'dense', units: { hparam: 'k' } },
      { layer: 'batchNormalization' },
      { layer: 'reshape', targetShape: [2, 1] },
    ];
    const refusal =
      'model.layers[2] (BatchNormalization) must have more than one value a channel to normalize over, got a batch of 1';
    expect(buildability(study({ k: { choice: [2] } }, { k: 2, batchSize: 1 }, layers), IMAGES).errors).toMatchObject([
      { rule: expect.stringContaining(`as the study stands (k=2): ${refusal}`) },
    ]);
    expect(buildability(study({ k: { choice: [2] } }, { k: 2, batchSize: 2 }, layers), IMAGES).errors).toEqual([]);
    // Of an image each channel has many values.
    const early = [CONV, { layer: 'batchNormalization' }];
    expect(buildability(study({ k: { choice: [2] } }, { k: 2, batchSize: 1 }, early), IMAGES).errors).toEqual([]);
    const atOnePixel = [{ layer: 'conv2d', filters: { hparam: 'k' }, kernelSize: 7 }, { layer: 'batchNormalization' }];
    expect(
      buildability(study({ k: { choice: [2] } }, { k: 2, batchSize: 1 }, atOnePixel), IMAGES).errors,
    ).toMatchObject([{ rule: expect.stringContaining('model.layers[1] (BatchNormalization)') }]);
  });

  test('that fits at every corner is no warning', () => {
    expect(buildability(study({ k: { integer: [1, 2] } }, { k: 2 }), IMAGES)).toEqual({ errors: [], warnings: [] });
  });

  test('that cannot be built as the study stands is an error, whatever the corners are', () => {
    const { errors } = buildability(study({ k: { choice: [2, 3] } }, { k: 6 }), IMAGES);
    expect(errors).toMatchObject([
      { path: 'model', rule: expect.stringContaining('as the study stands (k=6): model.layers[2] (Conv2D) must') },
    ]);
  });

  test('with factors is looked at around the study as it stands', () => {
    const { warnings } = buildability(study({ k: { times: [1, 3] } }, { k: 2 }), IMAGES);
    expect(warnings.map(({ rule }) => rule)).toEqual([expect.stringContaining('(k=6: model.layers[2] (Conv2D)')]);
  });

  test('whose layers are not known by their shapes is left to the trials', () => {
    const reshaped = [{ layer: 'reshape', targetShape: [49] }, CONV];
    expect(buildability(study({ k: { choice: [2, 99] } }, { k: 2 }, reshaped), IMAGES)).toEqual({
      errors: [],
      warnings: [],
    });
  });
});

describe('corners', () => {
  test('are all combinations of the extremes that the model reads, of what has no order all values', () => {
    expect(
      architectureCorners(
        { k: { integer: [1, 9] }, padding: { choice: ['same', 'valid'] }, l2: { uniform: [0, 1] } },
        ['k', 'padding'],
        {},
      ),
    ).toEqual([
      { k: 1, padding: 'same' },
      { k: 1, padding: 'valid' },
      { k: 9, padding: 'same' },
      { k: 9, padding: 'valid' },
    ]);
  });

  test('have what exists there only, by the conditions of the space', () => {
    const space = {
      depth: { ordinal: [1, 2, 3] },
      k: { integer: [1, 9], when: { depth: 2 } },
      units: { integer: [4, 8] },
    } as const;
    expect(architectureCorners(space, ['k'], { k: 1 })).toEqual([
      { depth: 2, k: 1 },
      { depth: 2, k: 9 },
    ]);
  });

  test('of many dimensions are each extreme alone, all lowest and all highest', () => {
    const names = Array.from({ length: 7 }, (_, i) => `k${i}`);
    const space = Object.fromEntries(names.map((name) => [name, { integer: [1, 9] }] as const));
    const standing = Object.fromEntries(names.map((name) => [name, 5]));
    const corners = architectureCorners(space, names, standing);
    expect(corners).toHaveLength(2 * 7 + 2);
    expect(corners).toContainEqual({ ...standing, k3: 9 });
    expect(corners).toContainEqual(Object.fromEntries(names.map((name) => [name, 1])));
  });
});
