/**
 * Trainings on the digits: the packed data set in a local folder, jobs on it, and a trainer process to give them to.
 *
 * @module
 */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { ensureDataset } from '../../activities/datasets/packed/cache';
import { pinDataset } from '../../activities/datasets/packed/pin';
import { memoryStore } from '../../activities/storage/memory';
import { readSafetensors } from '../../activities/training/safetensors';
import type { FromTrainer, ToTrainer, TrainJob } from '../../activities/trial/protocol';
import { STANDARD_HPARAMS } from '../../workflows/words/hparams';
import type { ModelSpec, PinnedDataset } from '../../workflows/words/study';
import type { Measurement } from '../../workflows/words/outcome';
import type { TrialSpec } from '../../workflows/words/trial';
import { compiledFile } from './compiled';

const DIGITS = path.resolve(__dirname, '../../examples/data/digits');

export const freshFolder = (): string => mkdtempSync(path.join(tmpdir(), 'stepwell-trainer-'));

export interface LocalDigits {
  readonly dataset: PinnedDataset;
  readonly datasetFolder: string;
}

/** The digits, packed as a worker has them on its disk. */
export const packedDigits = (): Promise<LocalDigits> => packed(DIGITS);

async function packed(folder: string): Promise<LocalDigits> {
  const store = memoryStore();
  const spec = { format: 'idx', uri: pathToFileURL(folder).href, validationFraction: 0.2 } as const;
  const dataset = await pinDataset({ store, fileRoots: [folder] }, spec, 17, { onProgress: () => undefined });
  return { dataset, datasetFolder: await ensureDataset(store, dataset, freshFolder()) };
}

/** The digits, with numbers of each image in place of its class: of which digit it is, and of the share of it that is ink. */
export async function digitsWithTargets(
  targets: Readonly<Record<string, (digit: number, ink: number) => number>>,
): Promise<LocalDigits> {
  const folder = freshFolder();
  for (const part of ['train', 't10k']) {
    const images = gunzipSync(readFileSync(path.join(DIGITS, `${part}-images-idx3-ubyte.gz`)));
    const labels = gunzipSync(readFileSync(path.join(DIGITS, `${part}-labels-idx1-ubyte.gz`))).subarray(8);
    const lines = Array.from(labels, (digit, i) => {
      const pixels = images.subarray(16 + 64 * i, 16 + 64 * (i + 1));
      const ink = pixels.reduce((sum, pixel) => sum + pixel, 0) / (64 * 255);
      return Object.values(targets)
        .map((of) => of(digit, ink))
        .join();
    });
    writeFileSync(path.join(folder, `${part}-images-idx3-ubyte`), images);
    writeFileSync(path.join(folder, `${part}-labels.csv`), [Object.keys(targets).join(), ...lines, ''].join('\n'));
  }
  return packed(folder);
}

/** Every standard hyperparameter at its default. */
const DEFAULTS = Object.fromEntries(
  Object.entries(STANDARD_HPARAMS)
    .filter(([, hparam]) => !('optional' in hparam))
    .map(([name, { default: value }]) => [name, value]),
);

/** A job on the digits; what is not given is short and plain. */
export function digitsJob(
  digits: LocalDigits,
  { trial, ...job }: Partial<Omit<TrainJob, 'trial'>> & { readonly trial?: Partial<TrialSpec> } = {},
): TrainJob {
  return {
    ...digits,
    model: { preset: 'mnist-cnn' },
    optimizer: { name: 'adam' },
    objective: { metric: 'valLoss', direction: 'minimize' },
    scratchFolder: freshFolder(),
    resumeFrom: null,
    checkpointEverySeconds: 1_000_000,
    modelBundle: null,
    initialWeights: null,
    ...job,
    trial: {
      trialId: 'final-train/000',
      label: 'a test',
      seed: 11,
      schedule: { name: 'constant' },
      limit: { epochs: 1 },
      stop: {},
      evaluate: { validation: 'epoch', test: false },
      record: { stepLosses: true },
      process: 'warm',
      exportModel: false,
      ...trial,
      hparams: { ...DEFAULTS, ...trial?.hparams },
    },
  };
}

/** Batch normalization and dropout: with augmentation, everything that has a state or draws numbers. */
export const STATEFUL_MODEL: ModelSpec = {
  layers: [
    { className: 'Conv2D', config: { filters: 8, kernelSize: 3, useBias: false } },
    { className: 'BatchNormalization', config: {} },
    { className: 'ReLU', config: {} },
    { className: 'Flatten', config: {} },
    { className: 'Dropout', config: { rate: { hparam: 'dropoutRate' } } },
    { className: 'Dense', config: { units: 10 } },
  ],
};

/** A measurement without what depends on the clock or on the process. */
export function withoutTimes({ curve, best, peakIsUpperBound: _, ...rest }: Measurement): object {
  const bare = (line: object | null): object | null => (line === null ? null : { ...line, deviceSeconds: 0 });
  return { ...rest, curve: curve.map(bare), best: bare(best), stepSeconds: null, peakBytes: 0, deviceSeconds: 0 };
}

/** The tensors of a safetensors file as bytes, for comparisons to the bit. */
export function tensorBits(file: string): ReadonlyMap<string, string> {
  const { tensors } = readSafetensors(file);
  return new Map(
    [...tensors].map(([name, { values }]) => [
      name,
      Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64'),
    ]),
  );
}

/** A trainer process, forked as a worker does it, with its every message at hand. */
export class ForkedTrainer {
  readonly messages: FromTrainer[] = [];
  readonly exited: Promise<NodeJS.Signals | number | null>;
  engine = '';
  private stderr = '';
  private heard: () => void = () => undefined;

  private constructor(readonly child: ChildProcess) {
    child.on('message', (message: FromTrainer) => {
      this.messages.push(message);
      this.heard();
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    this.exited = new Promise((resolve) =>
      child.once('exit', (code, signal) => {
        resolve(signal ?? code);
        this.heard();
      }),
    );
  }

  static async start(environment: Readonly<Record<string, string>> = {}): Promise<ForkedTrainer> {
    const child = fork(compiledFile('activities/training/main.js'), {
      execArgv: [],
      env: { ...process.env, STEPWELL_TRAINER_THREADS: '1', CUDA_VISIBLE_DEVICES: '-1', ...environment },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    const trainer = new ForkedTrainer(child);
    trainer.engine = (await trainer.next('ready')).engine;
    return trainer;
  }

  /** Its resident memory, as Linux tells it. */
  residentBytes(): number {
    const kibibytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${this.child.pid}/status`, 'utf8'))![1];
    return Number(kibibytes) * 1024;
  }

  /** What it has written on standard error. */
  said(): string {
    return this.stderr;
  }

  send(message: ToTrainer): void {
    this.child.send(message);
  }

  /** The next message of a type, taken out of `messages`. @throws Error if the trainer fails or ends instead. */
  async next<Type extends FromTrainer['type']>(type: Type): Promise<Extract<FromTrainer, { type: Type }>> {
    for (;;) {
      const at = this.messages.findIndex((message) => message.type === type);
      if (at >= 0) return this.messages.splice(at, 1)[0] as Extract<FromTrainer, { type: Type }>;
      const failed = this.messages.find((message) => message.type === 'failed' && type !== 'failed');
      if (failed?.type === 'failed') throw new Error(`trainer failed: ${failed.stack}`);
      if (this.child.exitCode !== null || this.child.signalCode !== null)
        throw new Error(`trainer ended before it said '${type}'`);
      await new Promise<void>((resolve) => {
        this.heard = resolve;
      });
    }
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited;
  }
}
