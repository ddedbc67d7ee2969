/**
 * A trained model for others: TensorFlow.js' layers format beside the bare weights.
 *
 * @module
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { HParams } from '../../workflows/trial';
import type { TrainableModel } from './model';
import { tf } from './native';
import { encodeSafetensors, type HostTensors, writeDurably } from './safetensors';
import { assignWeights } from './step-state';

export interface ExportInput {
  readonly model: TrainableModel;
  readonly weights: HostTensors;
  readonly classNames: readonly string[];
  readonly hparams: HParams;
}

/**
 * Writes `model.json` and `weights.bin`, which plain `tf.loadLayersModel` reads, and `weights.safetensors` into a folder of its own.
 * The model answers with logits for pixels / 255; both are said in its metadata.
 */
export async function exportModel(folder: string, { model, weights, classNames, hparams }: ExportInput): Promise<void> {
  assignWeights(model, weights);
  const userDefinedMetadata = { classes: classNames.length, classNames, preprocessing: 'pixels / 255', output: 'logits', hparams };
  model.network.setUserDefinedMetadata(userDefinedMetadata);
  mkdirSync(folder, { recursive: true });
  await model.network.save(tf.io.withSaveHandler(async (artifacts) => {
    const { weightData, weightSpecs, ...rest } = artifacts;
    const manifest = { ...rest, weightsManifest: [{ paths: ['weights.bin'], weights: weightSpecs }] };
    writeDurably(join(folder, 'weights.bin'), Buffer.concat([weightData ?? []].flat().map((part) => Buffer.from(part))));
    writeDurably(join(folder, 'model.json'), Buffer.from(JSON.stringify(manifest)));
    return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts) };
  }));
  writeDurably(join(folder, 'weights.safetensors'), encodeSafetensors(weights, { format: 'stepwell-weights/1' }));
}
