/**
 * Our engine, as a trainer process runs it: a trial from its first weights to its last, which it writes to disk.
 *
 * @module
 */
import '../../activities/training/environment';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ExampleSet, LoadedDataset } from '../../activities/training/examples/dataset';
import type { TrialFacts } from '../../activities/training/loop/trial-facts';
import type { TrialParts } from '../../activities/training/loop/trial-parts';
import { TrialRun } from '../../activities/training/loop/trial-run';
import { TensorFlowEngine } from '../../activities/training/tensorflow/tensorflow-engine';
import type { TrainJob } from '../../activities/trial/protocol';
import { DEFAULT_LEARNING_RATES } from '../../workflows/words/hparams';
import { batchPhases, epochEndStep } from '../../workflows/trials/length';
import type { EngineCase } from './cases';
import { noise } from './noise';
import { serve, type Trainer, WATCHED } from './serve';

const SEED = 1;

/** Examples to a call, as a trial evaluates them. */
const EVALUATION_CHUNK = 1024;

const scratchFolder = mkdtempSync(path.join(tmpdir(), 'stepwell-bench-'));
process.once('exit', () => rmSync(scratchFolder, { recursive: true, force: true }));

function hparamsOf({ batchSize, dropoutRate }: EngineCase): Readonly<Record<string, number>> {
  return {
    learningRate: DEFAULT_LEARNING_RATES.adam,
    batchSize,
    dropoutRate,
    momentum: 0,
    weightDecay: 0,
    labelSmoothing: 0,
  };
}

const isToBeWatched = process.env[WATCHED] === '1';

/** Steps between two measurements of the gradient's noise: the default of batches that grow by it. */
const NOISE_EVERY = 50;

/** One pass of training; nothing on the way is validated or kept, and unless it is watched nothing is recorded. */
function jobOf(of: EngineCase, isWatched: boolean): TrainJob {
  const split = {
    seed: SEED,
    trainExamples: of.examples,
    validationExamples: 0,
    testExamples: 0,
    testFrom: 'train',
  } as const;
  return {
    trial: {
      trialId: 'bench/000',
      label: of.name,
      hparams: hparamsOf(of),
      seed: SEED,
      schedule: { name: 'constant' },
      limit: { epochs: 1 },
      stop: {},
      evaluate: { validation: 'never', test: false },
      record: isWatched ? { stepLosses: true, stepTimesAfter: 0, noiseScaleEvery: NOISE_EVERY } : { stepLosses: false },
      process: 'warm',
      exportModel: false,
    },
    model: { preset: of.model },
    optimizer: { name: 'adam' },
    objective: { metric: 'valLoss', direction: 'minimize' },
    dataset: {
      sha256: '',
      manifest: { key: '', sha256: '', bytes: 0 },
      source: { format: 'noise', uri: '' },
      shape: of.shape,
      classes: of.classes,
      validationLabels: Array<number>(of.classes).fill(0),
      split,
    },
    datasetFolder: '',
    scratchFolder,
    resumeFrom: null,
    checkpointEverySeconds: Number.MAX_SAFE_INTEGER,
    modelBundle: null,
    initialWeights: null,
  };
}

function datasetOf({ shape, classes }: EngineCase, train: ExampleSet): LoadedDataset {
  const manifest = {
    version: 1,
    shape,
    classes,
    classNames: [],
    train: { examples: train.examples, images: [], labels: [] },
    test: null,
  } as const;
  return { manifest, train, test: null };
}

async function prepare(of: EngineCase, dataset: LoadedDataset): Promise<Trainer> {
  const { batchSize, examples } = of;
  const tensorFlow = new TensorFlowEngine();
  // Takes a first step before it returns.
  const training = await tensorFlow.open(jobOf(of, isToBeWatched), dataset);
  const all = Int32Array.from({ length: examples }, (_, i) => i);
  const none = new Int32Array(0);
  const facts: TrialFacts = {
    limit: { epochs: 1 },
    batchSize,
    phases: batchPhases(batchSize, [], examples),
    stepsTotal: epochEndStep(1, examples, batchSize),
    trainExamples: examples,
    split: { train: all, validation: none, test: none },
  };
  const { identity, onGpu } = tensorFlow;
  const parts: TrialParts = {
    job: jobOf(of, false),
    dataset,
    facts,
    training,
    identity,
    onGpu,
    send: () => undefined,
    stopRequested: () => false,
  };
  return {
    parameters: training.parameters,
    versions: { engine: identity, node: process.versions.node },
    train: async () => void (await new TrialRun(parts).train()),
    ...(isToBeWatched && { watch: async () => void (await new TrialRun({ ...parts, job: jobOf(of, true) }).train()) }),
    evaluate: async () => {
      for (let from = 0; from < examples; from += EVALUATION_CHUNK)
        training.engine.evaluate('train', all.subarray(from, from + EVALUATION_CHUNK));
    },
  };
}

void serve((of) => {
  const dataset = datasetOf(of, noise(of));
  return () => prepare(of, dataset);
});
