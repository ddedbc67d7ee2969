/**
 * Names of layers, as a study uses them to freeze layers and to load weights.
 *
 * @module
 */
import type { tf } from '../native';

export interface NamedLayer {
  /** Its own name, after those of the models that it is nested in, e.g. `trunk/conv1`. */
  readonly name: string;
  readonly layer: tf.layers.Layer;
  /** Whether it or a model that it is nested in is not to be trained. */
  readonly isFrozen: boolean;
}

/** Layers in order, those of nested models in place of the model. */
export function layersOf(network: tf.LayersModel): tf.layers.Layer[] {
  return namedLayers(network).map(({ layer }) => layer);
}

/**
 * Layers in order with their names.
 *
 * Names that tfjs made up count from the start of the process; in their place are Keras' own: `conv2d`, `conv2d_1`.
 */
export function namedLayers(network: tf.LayersModel): NamedLayer[] {
  const counts = new Map<string, number>();
  return network.layers.flatMap((layer) => {
    const name = isMadeUp(layer) ? numbered(snakeCase(layer.getClassName()), counts) : layer.name;
    const isFrozen = !network.trainable || !layer.trainable;
    if (!('layers' in layer)) return [{ name, layer, isFrozen }];
    return namedLayers(layer as unknown as tf.LayersModel).map((inner) => ({
      layer: inner.layer,
      name: `${name}/${inner.name}`,
      isFrozen: isFrozen || inner.isFrozen,
    }));
  });
}

/** What tfjs puts before a number of its own: `conv2d_Conv2D7`, `sequential_3`, `model2`, `input1`. */
function isMadeUp(layer: tf.layers.Layer): boolean {
  const className = layer.getClassName();
  const starts: Readonly<Record<string, string>> = { Sequential: 'sequential_', Model: 'model', InputLayer: 'input' };
  const start = starts[className] ?? `${snakeCase(className)}_${className}`;
  return layer.name.startsWith(start) && /^\d+$/.test(layer.name.slice(start.length));
}

const snakeCase = (className: string): string =>
  className
    .replaceAll(/(.)([A-Z][a-z0-9]+)/g, '$1_$2')
    .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();

function numbered(name: string, counts: Map<string, number>): string {
  const count = counts.get(name) ?? 0;
  counts.set(name, count + 1);
  return count === 0 ? name : `${name}_${count}`;
}
