/**
 * @jest-environment ./test/support/native-environment.ts
 */
import { buildModel, refuseLargeTensors } from '../../../../activities/training/tensorflow/model';
import { tf } from '../../../../activities/training/tensorflow/native';
import { LAYER_CLASSES } from '../../../../workflows/spec/layer-classes';
import type { LayerSpec } from '../../../../workflows/words/study';

const built = (...layers: readonly LayerSpec[]) =>
  buildModel({ spec: { layers }, shape: [8, 8, 1], classes: 10, hparams: {}, seed: 1, modelBundle: null });

async function refusal(...layers: readonly LayerSpec[]): Promise<string> {
  return built(...layers).then(
    () => 'was built',
    (error: Error) => error.message,
  );
}

describe('the layers of a study', () => {
  it('are those that TensorFlow.js has, and SpatialDropout2D', () => {
    const registered: Readonly<Record<string, readonly [{ readonly prototype: object }, unknown]>> =
      tf.serialization.SerializationMap.getMap().classNameMap;
    const layers = Object.entries(registered)
      .filter(([, [{ prototype }]]) => prototype instanceof tf.layers.Layer && !('predict' in prototype))
      .map(([name]) => name);
    expect([...LAYER_CLASSES].sort()).toEqual([...layers, 'SpatialDropout2D'].sort());
  });

  it('have weights of less than 2 GiB each, or are told which has more', () => {
    const small = { key: 'small', shape: [3, 3, 64, 64] };
    expect(() => refuseLargeTensors([small])).not.toThrow();
    expect(() => refuseLargeTensors([small, { key: 'dense.kernel', shape: [150_528, 4096] }])).toThrow(
      'each weight of a model must have less than 2 GiB: dense.kernel [150528, 4096] has 2.3 GiB; make its layer narrower, or pool before it',
    );
  });

  it('that normalize a batch of one value a channel are refused by their name', async () => {
    const layers = [
      { className: 'Flatten', config: {} },
      { className: 'BatchNormalization', config: { name: 'norm' } },
      { className: 'Dense', config: { units: 10 } },
    ];
    const at = (batchSize: number) =>
      buildModel({
        spec: { layers },
        shape: [8, 8, 1],
        classes: 10,
        hparams: { batchSize },
        seed: 1,
        modelBundle: null,
      });
    await expect(at(1)).rejects.toThrow(
      "layer 'norm' (BatchNormalization) must have more than one value a channel to normalize over, got a batch of 1; set batchSize to at least 2",
    );
    await expect(at(2)).resolves.toBeDefined();
  });

  it('that are none are told with the nearest one', async () => {
    expect(await refusal({ className: 'Conv4D', config: {} })).toBe(
      'model.layers[0] must be a layer of TensorFlow.js, got Conv4D; did you mean "Conv2D"?',
    );
  });

  it('that cannot be built say why in one sentence', async () => {
    const flatten = { className: 'Flatten', config: {} };
    expect(await refusal(flatten, { className: 'Dense', config: { units: 10, activation: 'rel' } })).toBe(
      'model.layers[1] (Dense) cannot be built from {"units":10,"activation":"rel"}: unknown activation rel; did you mean "relu"?',
    );
    expect(await refusal(flatten, { className: 'Dense', config: { units: 10, kernelInitializer: 'hNormal' } })).toMatch(
      /: Unknown initializer: hNormal$/,
    );
    expect(await refusal(flatten, { className: 'Dense', config: { units: -1 } })).toMatch(
      /: Expected units to be a positive integer, but got -1\.$/,
    );
  });
});
