import { closest, didYouMean } from '../../../../workflows/spec/closest';
import type { LayerSpec } from '../../../../workflows/words/study';
import { modelInvalid } from '../../failures';
import { unsupported } from '../layers/unsupported';
import { tf } from '../native';
import type { ModelContext } from './model';
import { seeded } from './seeds';

interface LayerConstructor {
  readonly prototype: tf.layers.Layer;
  /** Also builds the layers within, of wrappers. */
  fromConfig(constructor: LayerConstructor, config: Readonly<Record<string, unknown>>): tf.layers.Layer;
}

/** Keys that every layer takes and `getConfig` does not always return. */
const COMMON_KEYS = [
  'name',
  'trainable',
  'inputShape',
  'batchInputShape',
  'batchSize',
  'dtype',
  'inputDType',
  'seed',
  'noiseShape',
];

/** Keys that a class takes beside those that its `getConfig` returns. */
const FORGOTTEN_KEYS: Readonly<Record<string, readonly string[]>> = { SeparableConv2D: ['depthMultiplier'] };

/** Where tfjs departs from Keras: its Softmax is along axis 1, of an image's rows; and it has no SpatialDropout2D. */
const AS_IN_KERAS: Readonly<Record<string, (config: LayerSpec['config']) => LayerSpec>> = {
  Softmax: (config) => ({ className: 'Softmax', config: { axis: -1, ...config } }),
  SpatialDropout2D: (config) => ({ className: 'Dropout', config: { noiseShape: [null, 1, 1, null], ...config } }),
};

/**
 * The layers in a row. A softmax at the end is left out: the loss takes logits.
 *
 * @throws TrainingFailure that names the layer's index, its class and the key that is wrong.
 */
export function buildLayers(specs: readonly LayerSpec[], context: ModelContext): tf.LayersModel {
  const network = tf.sequential({ name: 'classifier' });
  network.add(tf.layers.inputLayer({ inputShape: [...context.shape], name: 'image' }));
  specs.forEach((spec, i) => {
    const { className, config } = spec;
    const layer = buildLayer(
      withoutSoftmax(AS_IN_KERAS[className]?.(config) ?? spec, i === specs.length - 1),
      i,
      context,
    );
    if (layer === null) return;
    try {
      network.add(layer);
    } catch (cause) {
      throw modelInvalid(`model.layers[${i}] (${spec.className}) does not fit the layer before it: ${message(cause)}`, {
        cause,
      });
    }
  });
  return network;
}

/** The first sentence of what TensorFlow.js says; the others are for those who wrote the layer. */
function message(error: unknown): string {
  const said = error instanceof Error ? error.message : String(error);
  const first = said.replace(/\.? This may be due to [^]*$/, '').split('\n')[0] ?? said;
  const activation = /^Unknown activation: (.*)$/.exec(first)?.[1];
  if (activation === undefined) return first;
  const near = closest(
    activation,
    Object.keys(registered()).filter((name) => /^[a-z]/.test(name)),
  );
  return `unknown activation ${activation}${near === undefined ? '' : `; did you mean "${near}"?`}`;
}

function withoutSoftmax(spec: LayerSpec, last: boolean): LayerSpec | null {
  if (!last) return spec;
  if (spec.className === 'Softmax' || (spec.className === 'Activation' && spec.config['activation'] === 'softmax'))
    return null;
  return spec.config['activation'] === 'softmax' ? { ...spec, config: { ...spec.config, activation: 'linear' } } : spec;
}

function buildLayer(spec: LayerSpec | null, i: number, context: ModelContext): tf.layers.Layer | null {
  if (spec === null) return null;
  const place = `model.layers[${i}] (${spec.className})`;
  if (spec.className === 'InputLayer') return null;
  const constructor = layerClasses().get(spec.className);
  if (constructor === undefined) {
    throw modelInvalid(
      `model.layers[${i}] must be a layer of TensorFlow.js, got ${spec.className}; ${didYouMean(spec.className, [...layerClasses().keys()])}`,
    );
  }
  const given = substitute(spec.config, context, place) as Record<string, unknown>;
  let layer: tf.layers.Layer;
  let known: Set<string>;
  try {
    layer = constructor.fromConfig(constructor, { name: `layer-${i}`, ...given });
    known = new Set([...Object.keys(layer.getConfig()), ...COMMON_KEYS, ...(FORGOTTEN_KEYS[spec.className] ?? [])]);
  } catch (cause) {
    throw modelInvalid(`${place} cannot be built from ${JSON.stringify(given)}: ${message(cause)}`, { cause });
  }
  const reason = unsupported(layer);
  if (reason !== null) throw modelInvalid(`${place} ${reason}`);
  const unknown = Object.keys(given).filter((key) => !known.has(key));
  if (unknown.length > 0)
    throw modelInvalid(`${place} has no option '${unknown.join("', '")}'; it takes ${[...known].sort().join(', ')}`);
  return seeded(layer, context, i);
}

/** The config with every `{ hparam: name }` replaced by that hyperparameter. */
function substitute(value: unknown, context: ModelContext, place: string): unknown {
  if (Array.isArray(value)) return value.map((item) => substitute(item, context, place));
  if (typeof value !== 'object' || value === null) return value;
  const { hparam } = value as { readonly hparam?: unknown };
  if (typeof hparam === 'string' && Object.keys(value).length === 1) {
    const found = context.hparams[hparam];
    if (found === undefined)
      throw modelInvalid(`${place} reads the hyperparameter '${hparam}', which the trial does not have`);
    return found;
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, substitute(item, context, place)]));
}

let classes: ReadonlyMap<string, LayerConstructor> | undefined;

/** Whatever tfjs knows by a name: layers, activations, initializers. */
function registered(): Readonly<Record<string, readonly [LayerConstructor, unknown]>> {
  return tf.serialization.SerializationMap.getMap().classNameMap as unknown as Readonly<
    Record<string, readonly [LayerConstructor, unknown]>
  >;
}

/** The layer classes that tfjs registers, by Keras' class name. */
function layerClasses(): ReadonlyMap<string, LayerConstructor> {
  classes ??= new Map(
    Object.entries(registered())
      .map(([name, [constructor]]) => [name, constructor] as const)
      .filter(
        ([, constructor]) => constructor.prototype instanceof tf.layers.Layer && !('predict' in constructor.prototype),
      ),
  );
  return classes;
}
