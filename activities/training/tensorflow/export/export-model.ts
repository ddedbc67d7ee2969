/**
 * A trained model for others: a TensorFlow SavedModel, TensorFlow.js' layers format and the bare weights, with a card
 * that says what it is.
 *
 * @module
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeInferenceModel, outputsOf } from '../compiled/inference-graph';
import { tf } from '../native';
import { writeParts } from '../../large-files';
import { writeSafetensors } from '../../safetensors';
import { assignWeights } from '../step-state';
import { MLFLOW_FILE, mlflowModel } from './mlflow-model';
import { modelCard, type ModelFacts, readMe } from './model-card';

/**
 * Writes into a folder of its own `saved_model/`, which TensorFlow and TensorFlow Serving load (left out if weights
 * exceed 2 GiB, which the format cannot hold), with the `MLmodel` by which MLflow opens it; `model.json` and `weights.bin`, which plain `tf.loadLayersModel` reads;
 * `weights.safetensors`; and `model-card.json` and `README.md`.
 *
 * Holds no times and no names of machines: equal trainings give equal bytes.
 */
export async function exportModel(folder: string, facts: ModelFacts): Promise<void> {
  const { task, model, weights, classNames, hparams } = facts;
  mkdirSync(folder, { recursive: true });
  const saved = encodeInferenceModel(model, weights, task);
  if (saved !== null) {
    mkdirSync(join(folder, 'saved_model'), { recursive: true });
    writeFileSync(join(folder, 'saved_model', 'saved_model.pb'), saved);
    const shape = model.network.inputs[0]?.shape.slice(1) as number[];
    writeFileSync(join(folder, MLFLOW_FILE), mlflowModel(shape, outputsOf(task), classNames));
  }
  assignWeights(model, weights);
  model.network.setUserDefinedMetadata({
    classes: classNames.length,
    classNames,
    preprocessing: 'pixels / 255',
    output: task?.name === 'regression' ? 'numbers' : 'logits',
    hparams,
  });
  await model.network.save(
    tf.io.withSaveHandler(async (artifacts) => {
      const { weightData, weightSpecs, ...rest } = artifacts;
      const manifest = { ...rest, weightsManifest: [{ paths: ['weights.bin'], weights: weightSpecs }] };
      writeParts(
        join(folder, 'weights.bin'),
        [weightData ?? []].flat().map((part) => new Uint8Array(part)),
      );
      writeFileSync(join(folder, 'model.json'), JSON.stringify(manifest));
      return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts) };
    }),
  );
  writeSafetensors(join(folder, 'weights.safetensors'), weights, { format: 'stepwell-weights/1' });
  const card = modelCard(facts, saved !== null);
  writeFileSync(join(folder, 'model-card.json'), `${JSON.stringify(card, null, 2)}\n`);
  writeFileSync(join(folder, 'README.md'), readMe(card));
}
