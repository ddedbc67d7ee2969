import { matches, unknownPatterns } from '../../../../workflows/spec/layer-patterns';
import type { ModelSpec } from '../../../../workflows/words/study';
import type { HParams } from '../../../../workflows/words/trial';
import { modelInvalid } from '../../failures';
import type { tf } from '../native';
import { namedLayers } from './layer-names';

/**
 * Patterns of the layers that a trial freezes; a hyperparameter names some, with commas between, or none by `false`.
 *
 * @throws TrainingFailure of type ModelInvalid for a hyperparameter that names no layers.
 */
export function frozenPatterns({ freeze = [] }: ModelSpec, hparams: HParams): readonly string[] {
  return freeze.flatMap((entry) => {
    if (typeof entry === 'string') return [entry];
    const value = hparams[entry.hparam];
    if (value === false) return [];
    if (typeof value === 'string') return value.split(',').map((pattern) => pattern.trim());
    throw modelInvalid(
      `model.freeze reads the hyperparameter '${entry.hparam}', which must be names of layers or false, got ${String(value)}`,
    );
  });
}

/**
 * Takes layers out of the training: their weights stay, and batch normalization among them answers by its moving
 * statistics and leaves these alone. Layers that draw noise do so as before.
 *
 * Source: Keras, "Transfer learning & fine-tuning", section "Important notes about BatchNormalization layer".
 *
 * @throws TrainingFailure of type ModelInvalid with every pattern that is of no layer.
 */
export function freezeLayers(network: tf.LayersModel, patterns: readonly string[]): void {
  const layers = namedLayers(network);
  const unknown = unknownPatterns(
    patterns,
    layers.map(({ name }) => name),
  );
  if (unknown.length > 0) {
    const named = unknown.map(({ pattern, fix }) => `'${pattern}' is no layer of the model, ${fix}`);
    throw modelInvalid(`model.freeze: ${named.join('; ')}`);
  }
  for (const { name, layer } of layers) if (patterns.some((pattern) => matches(pattern, name))) layer.trainable = false;
}
