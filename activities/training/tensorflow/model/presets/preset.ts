import { tf } from '../../native';
import type { ModelContext } from '../model';
import { seeded } from '../seeds';

/** Builds a network that ends in logits. */
export type Preset = (context: ModelContext) => tf.LayersModel;

/** The layers in a row, each seeded by its position; layers that the image leaves no room for are `null`. */
export function sequence(context: ModelContext, layers: readonly (tf.layers.Layer | null)[]): tf.LayersModel {
  const network = tf.sequential({ name: 'classifier' });
  network.add(tf.layers.inputLayer({ inputShape: [...context.shape], name: 'image' }));
  layers.forEach((layer, i) => {
    if (layer !== null) network.add(seeded(layer, context, i));
  });
  return network;
}

/** The trial's dropout rate; 0 where a study has none. */
export const dropoutRate = ({ hparams }: ModelContext): number => Number(hparams['dropoutRate'] ?? 0);

/** The shorter side of an image. */
export const side = ({ shape }: ModelContext): number => Math.min(shape[0], shape[1]);
