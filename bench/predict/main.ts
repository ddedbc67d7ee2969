/**
 * Images a second that `stepwell predict` answers: PNG files of 28 x 28 on the disk, mnist-cnn, from the start of the
 * command to its end, and without the start.
 *
 * @module
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { exportModel } from '../../activities/training/tensorflow/export/export-model';
import { buildModel } from '../../activities/training/tensorflow/model';
import { planStep } from '../../activities/training/tensorflow/step';
import { initialTensors } from '../../activities/training/tensorflow/step-state';
import { uniform } from '../../workflows/search/random';

const SIDE = 28;
const CLASSES = 10;
const [FEW, MANY] = [100, 20_100];

async function writeModel(folder: string): Promise<void> {
  const spec = { preset: 'mnist-cnn' } as const;
  const shape = [SIDE, SIDE, 1] as const;
  const model = await buildModel({ spec, shape, classes: CLASSES, hparams: {}, seed: 1, modelBundle: null });
  const weights = initialTensors(planStep(model, CLASSES, { name: 'sgd' }, {}));
  const classNames = Array.from({ length: CLASSES }, (_, i) => String(i));
  const measurement = {
    ...{ steps: 0, epochs: 0, examples: 0, trainLoss: null, best: null, curve: [], test: null, stepLosses: [] },
    ...{ stepSeconds: null, peakBytes: 0, parameters: 0, deviceSeconds: 0 },
  };
  await exportModel(folder, { model, weights, classNames, hparams: {}, measurement });
}

async function writeImages(folder: string, count: number): Promise<void> {
  mkdirSync(folder);
  for (let i = 0; i < count; i++) {
    const pixels = Buffer.from(Array.from({ length: SIDE ** 2 }, (_, k) => Math.floor(256 * uniform(i + 1, k))));
    const image = sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 1 } });
    writeFileSync(path.join(folder, `${i}.png`), await image.png().toBuffer());
  }
}

function secondsFor(model: string, images: string): number {
  const command = path.join(__dirname, '..', '..', 'cli', 'main.ts');
  const begin = performance.now();
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', command, 'predict', model, images, '--csv'],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  if (status !== 0) throw new Error(stderr.toString());
  return (performance.now() - begin) / 1000;
}

async function main(): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'stepwell-bench-predict-'));
  try {
    const [model, few, many] = ['model', 'few', 'many'].map((name) => path.join(folder, name)) as [
      string,
      string,
      string,
    ];
    await writeModel(model);
    await writeImages(few, FEW);
    await writeImages(many, MANY);
    const [start, whole] = [secondsFor(model, few), secondsFor(model, many)];
    console.log(`${FEW} images ${start.toFixed(2)} s, ${readdirSync(many).length} images ${whole.toFixed(2)} s`);
    console.log(
      `${Math.round((MANY - FEW) / (whole - start))} images/s without the start, ${Math.round(MANY / whole)} with it`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

void main();
