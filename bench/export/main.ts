/**
 * Whether Python's TensorFlow loads an exported SavedModel by its serving signature and answers as we do, within 1e-5.
 *
 * @module
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { logitsOf } from '../../activities/training/tensorflow/evaluate-batch';
import { exportModel } from '../../activities/training/tensorflow/export/export-model';
import { buildModel } from '../../activities/training/tensorflow/model';
import { PRESET_NAMES, type PresetName } from '../../activities/training/engine';
import { tf } from '../../activities/training/tensorflow/native';
import { planStep } from '../../activities/training/tensorflow/step';
import { initialTensors } from '../../activities/training/tensorflow/step-state';
import type { Measurement } from '../../workflows/words/outcome';
import { pythonWith } from '../python';

const SHAPE = [32, 32, 3] as const;
const CLASSES = 10;
const EXAMPLES = 9;

const NOTHING: Measurement = {
  steps: 0,
  epochs: 0,
  examples: 0,
  trainLoss: null,
  best: null,
  curve: [],
  test: null,
  stepLosses: [],
  stepSeconds: null,
  peakBytes: 0,
  parameters: 0,
  deviceSeconds: 0,
};

/** Exports a preset with its first weights, and beside it images and what we answer to them. */
async function exportWithAnswers(folder: string, preset: PresetName): Promise<void> {
  const hparams = { dropoutRate: 0.2 };
  const model = await buildModel({
    spec: { preset },
    shape: SHAPE,
    classes: CLASSES,
    hparams,
    seed: 17,
    modelBundle: null,
  });
  const weights = initialTensors(planStep(model, CLASSES, { name: 'sgd' }, hparams));
  await exportModel(folder, {
    model,
    weights,
    classNames: Array.from({ length: CLASSES }, (_, i) => String(i)),
    hparams,
    measurement: NOTHING,
  });
  const images = tf.randomUniform([EXAMPLES, ...SHAPE], 0, 255, 'float32', 1) as tf.Tensor4D;
  for (const [name, tensor] of [
    ['images', images],
    ['logits', logitsOf(model, images)],
  ] as const) {
    writeFileSync(path.join(folder, `${name}.f32`), tensor.dataSync<'float32'>());
  }
  model.dispose();
}

async function main(): Promise<void> {
  const python = pythonWith('bench-venv', path.join(__dirname, '../engine/requirements.txt'));
  for (const preset of PRESET_NAMES) {
    const folder = path.join(mkdtempSync(path.join(tmpdir(), 'stepwell-export-')), preset);
    await exportWithAnswers(folder, preset);
    execFileSync(python, [path.join(__dirname, 'check.py'), folder, ...SHAPE.map(String)], {
      stdio: 'inherit',
      env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3' },
    });
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
