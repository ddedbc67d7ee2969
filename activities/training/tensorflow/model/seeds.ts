import type { tf } from '../native';
import { layersWithin } from '../layers/layers-within';
import type { ModelContext } from './model';

/**
 * The layer itself, every initializer of it seeded by the model's seed and the layer's place. Call before the layer is
 * built.
 *
 * Two layers with one seed and one shape would start with equal weights; and tfjs' normal initializers take seed 0 for
 * "none".
 */
export function seeded<Layer extends tf.layers.Layer>(
  layer: Layer,
  context: ModelContext,
  place: number | string,
): Layer {
  for (const [member, value] of Object.entries(layer)) {
    if (typeof value !== 'object' || value === null) continue;
    const held = value as { seed?: unknown; layer?: unknown };
    if (/initializer$/i.test(member) && 'seed' in held) held.seed = context.seed(place, member);
  }
  for (const [member, within] of layersWithin(layer)) seeded(within, context, `${place}.${member}`);
  return layer;
}
