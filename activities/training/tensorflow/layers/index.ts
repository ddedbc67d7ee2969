/**
 * What is done to every layer of a model before it trains: exact, repeatable and lean in place of what tfjs does.
 *
 * @module
 */
import { modelInvalid } from '../../failures';
import type { tf } from '../native';
import { freezeWrappedNormalization, fuseBatchNormalization } from './batch-normalization';
import { trainDilated } from './dilation';
import { fuseLayerNormalization } from './layer-normalization';
import { makeRepeatable } from './noise';
import { unsupported } from './unsupported';

/** tfjs leaves it out of the configuration, so that a saved model would come back with other weights. */
function rememberDepthMultiplier(layer: tf.layers.Layer): void {
  if (layer.getClassName() !== 'SeparableConv2D') return;
  const { depthMultiplier } = layer as unknown as { readonly depthMultiplier: number };
  const original = layer.getConfig.bind(layer);
  layer.getConfig = () => ({ ...original(), depthMultiplier });
}

const PREPARATIONS = [
  rememberDepthMultiplier,
  fuseBatchNormalization,
  freezeWrappedNormalization,
  fuseLayerNormalization,
  trainDilated,
];

/** A layer in a message. */
export const describeLayer = (layer: tf.layers.Layer): string => `layer '${layer.name}' (${layer.getClassName()})`;

/**
 * Prepares a layer.
 *
 * @param noiseName The scalar of a step that carries the layer's strength, if it draws noise.
 * @returns The strength, or `null` for a layer without noise.
 * @throws TrainingFailure of type ModelInvalid that names the layer if it cannot be trained.
 */
export function prepareLayer(layer: tf.layers.Layer, noiseName: string): number | null {
  const reason = unsupported(layer);
  if (reason !== null) throw modelInvalid(`${describeLayer(layer)} ${reason}`);
  PREPARATIONS.forEach((prepare) => prepare(layer));
  return makeRepeatable(layer, noiseName);
}
