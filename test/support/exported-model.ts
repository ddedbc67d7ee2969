import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { exportModel } from '../../activities/training/tensorflow/export/export-model';
import { buildModel } from '../../activities/training/tensorflow/model';
import { planStep } from '../../activities/training/tensorflow/step';
import { initialTensors } from '../../activities/training/tensorflow/step-state';
import type { TaskSpec } from '../../workflows/words/study';

export const COLOURS = ['red', 'green', 'blue'] as const;

const SIDE = 4;

/**
 * Exports a model that tells colours: its outputs are 10 times the means of the channels, from 0 to 1, and for labels and
 * numbers 5 less. Needs the native environment.
 */
export async function exportColourModel(task?: TaskSpec): Promise<string> {
  const spec = {
    layers: [
      { className: 'Flatten' as const, config: {} },
      { className: 'Dense' as const, config: { units: 3 } },
    ],
  };
  const hparams = {};
  const model = await buildModel({ spec, shape: [SIDE, SIDE, 3], classes: 3, hparams, seed: 1, modelBundle: null });
  const weights = new Map(
    [...initialTensors(planStep(model, 1, { name: 'sgd' }, hparams))].map(([name, { shape, values }]) => [
      name,
      { shape, values: shape.length === 2 ? channelMeans(values) : values.map(() => (task === undefined ? 0 : -5)) },
    ]),
  );
  const folder = path.join(mkdtempSync(path.join(tmpdir(), 'stepwell-colours-')), 'colours', 'model');
  const measurement = {
    ...{ steps: 1, epochs: 1, examples: 1, trainLoss: 1, best: null, curve: [], stepLosses: [], stepSeconds: null },
    ...{ peakBytes: 0, parameters: 0, deviceSeconds: 1, test: null },
  };
  await exportModel(folder, { task, model, weights, classNames: COLOURS, hparams, measurement });
  model.dispose();
  return folder;
}

/** A kernel from [row, column, channel] to classes. */
const channelMeans = (kernel: Float32Array): Float32Array =>
  kernel.map((_, i) => (Math.floor(i / 3) % 3 === i % 3 ? 10 / SIDE ** 2 : 0));

/** A picture of one colour. */
export const picture = (background: string, { width = 9, height = 7 } = {}): Promise<Buffer> =>
  sharp({ create: { width, height, channels: 3, background } })
    .png()
    .toBuffer();

/** Writes files, by their names below a new folder. */
export function folderOf(files: Readonly<Record<string, Buffer | string>>): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'stepwell-pictures-'));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), content);
  }
  return folder;
}
