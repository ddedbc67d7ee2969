import type { tf } from '../native';

/** Layers and cells that a layer computes by: a wrapper's, a recurrent layer's, both directions'. */
export function layersWithin(layer: tf.layers.Layer): readonly (readonly [string, tf.layers.Layer])[] {
  const {
    layer: inner,
    cell,
    cells = [],
    forwardLayer,
    backwardLayer,
  } = layer as unknown as Readonly<
    Partial<Record<'layer' | 'cell' | 'forwardLayer' | 'backwardLayer', tf.layers.Layer>>
  > & { readonly cells?: readonly tf.layers.Layer[] };
  const named = { inner, cell, forwardLayer, backwardLayer };
  const within = [...Object.entries(named), ...cells.map((one, i) => [`cells.${i}`, one] as const)];
  return within.flatMap(([member, found]) => (found === undefined ? [] : [[member, found] as const]));
}
