/**
 * @jest-environment ./test/support/native-environment.ts
 */
import fc from 'fast-check';
import { PRESET_NAMES } from '../../../../activities/training/engine';
import type { LoadedDataset } from '../../../../activities/training/examples/dataset';
import { recordingDigest } from '../../../../activities/training/tensorflow/compiled/recording/recording-digest';
import { recordStep } from '../../../../activities/training/tensorflow/compiled/recording/record-step';
import { layoutOf } from '../../../../activities/training/tensorflow/compiled/state-layout';
import { EngineCache } from '../../../../activities/training/tensorflow/engine-cache';
import { buildModel, type TrainableModel } from '../../../../activities/training/tensorflow/model';
import { trainable } from '../../../../activities/training/tensorflow/model/trainable';
import { inputOf, tf } from '../../../../activities/training/tensorflow/native';
import { planStep, stepScalars } from '../../../../activities/training/tensorflow/step';
import { initialTensors } from '../../../../activities/training/tensorflow/step-state';
import type { ModelSpec } from '../../../../workflows/words/study';
import type { HParams } from '../../../../workflows/words/trial';
import { CompiledEngines, layer } from '../../../support/compiled-engines';
import { CLASSES, EVERY_LAYER, everyLayer, SHAPE } from '../../../support/every-layer';

interface Trial {
  readonly kind: string;
  readonly seed: number;
  readonly hparams: HParams;
}

/** A user's layer with a table and a number that follow from the trial. */
class Table extends tf.layers.Layer {
  static readonly className = 'Table';
  private readonly table: tf.Tensor;

  constructor(
    seed: number,
    private readonly factor: number,
  ) {
    super({});
    this.table = tf.keep(tf.randomUniform([SHAPE[0] * SHAPE[1]], 0, 1, 'float32', seed));
  }

  override computeOutputShape(shape: tf.Shape | tf.Shape[]): tf.Shape | tf.Shape[] {
    return shape;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.mul(tf.mul(inputOf(inputs), this.table), this.factor);
  }
}

function withTable(seed: number, hparams: HParams): TrainableModel {
  const kernelInitializer = tf.initializers.glorotUniform({ seed });
  const network = tf.sequential({
    layers: [
      tf.layers.flatten({ inputShape: [...SHAPE] }),
      new Table(seed, Number(hparams['dropoutRate']) + 1),
      tf.layers.dense({ units: CLASSES, kernelInitializer }),
    ],
  });
  return trainable(network, { shape: SHAPE, classes: CLASSES, hparams, seed: () => seed }, 'module');
}

const bySpec = (spec: ModelSpec, seed: number, hparams: HParams): Promise<TrainableModel> =>
  buildModel({ spec, shape: SHAPE, classes: CLASSES, hparams, seed, modelBundle: null });

/** Noise that a wrapper hides from the step, so that it is drawn from its own configuration. */
const wrappedNoise = (rate: number): ModelSpec => ({
  layers: [
    layer('TimeDistributed', {
      layer: { className: 'GaussianNoise', config: { stddev: rate, rate, seed: Math.round(10 * rate) } },
    }),
    layer('Flatten'),
    layer('Dense', { units: CLASSES }),
  ],
});

async function modelOf({ kind, seed, hparams }: Trial): Promise<TrainableModel> {
  if (kind === 'table') return withTable(seed, hparams);
  if ((PRESET_NAMES as readonly string[]).includes(kind)) return bySpec({ preset: kind }, seed, hparams);
  return everyLayer(kind, seed);
}

/** All that a short training leaves, to the bit. */
async function bitsOf(cache: EngineCache, dataset: LoadedDataset, trial: Trial): Promise<object> {
  const model = await modelOf(trial);
  try {
    const plan = planStep(model, CLASSES, { name: 'sgd' }, trial.hparams);
    const engine = cache.open({ plan, dataset, datasetKey: 'digits', batchSizes: [4], withNoise: false });
    engine.load(initialTensors(plan));
    const losses = [0, 1].map((step) =>
      engine.step(Int32Array.of(step, 3, 5, 7), stepScalars(plan, trial.hparams, 0.05, step), [trial.seed, step]),
    );
    return { losses, state: engine.read(), evaluation: engine.evaluate('train', Int32Array.of(1, 2, 3)) };
  } finally {
    model.dispose();
  }
}

let digits: CompiledEngines;
beforeAll(async () => {
  digits = await CompiledEngines.onDigits();
});

async function expectAsFresh(trials: readonly Trial[]): Promise<void> {
  const warm = new EngineCache();
  for (const trial of trials) {
    const fresh = new EngineCache();
    expect(await bitsOf(warm, digits.data, trial)).toEqual(await bitsOf(fresh, digits.data, trial));
    fresh.close();
  }
  warm.close();
}

const plain = { dropoutRate: 0.2 };

describe('a trial after others in a warm trainer has the bits of one in a fresh trainer', () => {
  it('where a layer holds a table drawn from the seed', async () => {
    await expectAsFresh([1, 2].map((seed) => ({ kind: 'table', seed, hparams: plain })));
  });

  it('where weights lie in the cells of a recurrent layer', async () => {
    await expectAsFresh(
      ['LSTM', 'Bidirectional', 'StackedRNNCells'].map((kind) => ({ kind, seed: 1, hparams: plain })),
    );
  });

  it('whatever was trained before', async () => {
    const trial = fc.record({
      kind: fc.constantFrom('table', ...PRESET_NAMES.filter((name) => name !== 'resnet20'), ...EVERY_LAYER),
      seed: fc.integer({ min: 1, max: 3 }),
      hparams: fc.record({ dropoutRate: fc.constantFrom(0, 0.2, 0.4), l2: fc.constantFrom(0, 1e-3) }),
    });
    // Trials that share much, and one of another kind between them.
    const trials = fc.tuple(trial, trial, trial).map(([a, b, c]) => [a, c, { ...b, kind: a.kind }]);
    await fc.assert(fc.asyncProperty(trials, expectAsFresh), { seed: 20_261_130, numRuns: 3, endOnFailure: true });
  });
});

async function recordedAs(model: TrainableModel): Promise<{ structure: string | null; digest: string }> {
  const plan = planStep(model, CLASSES, { name: 'sgd' }, plain);
  const digest = recordingDigest(recordStep(plan, false), layoutOf(plan));
  const { structure } = model;
  model.dispose();
  return { structure, digest };
}

describe('models that share a recording', () => {
  it.each([...PRESET_NAMES, ...EVERY_LAYER])('record the same constants under any seed: %s', async (kind) => {
    const [one, other] = [1, 2].map((seed) => modelOf({ kind, seed, hparams: plain }));
    const [a, b] = [await recordedAs(await one!), await recordedAs(await other!)];
    expect(a.structure).toBe(b.structure);
    expect(a.digest).toBe(b.digest);
  });

  it('do not include those that differ in what a wrapped layer draws from', async () => {
    const [one, other] = await Promise.all([0.1, 0.4].map((rate) => bySpec(wrappedNoise(rate), 1, plain)));
    expect(one!.structure).not.toBe(other!.structure);
    [one, other].forEach((model) => model!.dispose());
  });
});
