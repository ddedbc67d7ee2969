/**
 * `npm run bench:tuning`: the staged study next to Optuna on the digits, both paid in device seconds of the same trainer.
 *
 * @module
 */
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import manifest from '../../package.json';
import { deriveSeed } from '../../workflows/search/random';
import { stretched } from '../../workflows/stages/schedules';
import { stepsOf } from '../../workflows/trial-length';
import type { HParams, TrialSpec } from '../../workflows/trial';
import { pythonWith } from '../python';
import { type BenchReport, describeMachine, formatResult, formatSetting, type Metric, resultOf } from '../report';
import { type PrunerName, tuneWithOptuna } from './optuna-peer';
import { type Answer, tuneInStages } from './staged';
import { Trainings } from './trainings';

/** Optuna's budget over ours: whoever is as good as its last answer has then spent at most half as much. */
const BUDGET_FACTOR = 2;

const USAGE = `npm run bench:tuning -- [--seeds N] [--model PRESET] [--json]
  --seeds N       studies of each; 10 unless given
  --model PRESET  what is trained; mnist-cnn unless given
  --json          one JSON object on standard output
Optuna gets ${BUDGET_FACTOR} times the device seconds that the staged study took. Quality is the test loss of the answer, trained anew with seeds that neither tuner saw.
`;

const PRUNERS: readonly PrunerName[] = ['median', 'asha'];

/** Trainings behind every figure of quality. */
const QUALITY_SEEDS = 5;

const QUALITY: Metric = { name: 'testLossAtEqualCost', unit: 'nats', better: 'lower' };
const COST: Metric = { name: 'deviceSecondsToQuality', unit: 's', better: 'lower' };

/** The study of examples/digits.yaml with a larger sweep. */
function studyOf(seed: number, preset: string): object {
  return {
    name: 'tuning', seed, model: { preset }, training: { optimizer: { name: 'adam' }, schedule: { name: 'cosine', warmupSteps: 20 }, epochs: 12 },
    stages: [
      { stage: 'lrRangeTest' },
      { stage: 'batchSizeLadder', batchSizeMax: 512 },
      {
        stage: 'regularizationSweep', trials: 24, sampler: { name: 'tpe' }, pruner: { name: 'asha', reductionFactor: 3 },
        space: { weightDecay: { logUniform: [1e-6, 1e-2] }, dropoutRate: { uniform: [0, 0.6] }, labelSmoothing: { choice: [0, 0.05, 0.1] } },
      },
    ],
  };
}

/** What one seed says of one peer. */
interface Duel {
  readonly ours: number;
  /** Of its answer when it had spent as much. */
  readonly theirs: number;
  /** Device seconds until the quality of the peer's last answer was reached; Infinity if it never was. */
  readonly ourSeconds: number;
  readonly theirSeconds: number;
}

interface Setting {
  readonly python: string;
  readonly threads: number;
  /** Filled with what the peers say of themselves. */
  readonly versions: Map<string, string>;
}

/** Mean test loss of a configuration over seeds that no tuner saw. Answers that come again are not trained again. */
function qualityIn(trainings: Trainings): (hparams: HParams) => Promise<number> {
  const known = new Map<string, number>();
  const { training, dataset: { split }, seed } = trainings.study;
  return async (hparams) => {
    const key = JSON.stringify(Object.entries(hparams).sort());
    const found = known.get(key);
    if (found !== undefined) return found;
    const steps = stepsOf({ epochs: training.epochs }, split.trainExamples, Number(hparams['batchSize']));
    let sum = 0;
    for (let i = 0; i < QUALITY_SEEDS; i++) {
      const spec: TrialSpec = {
        trialId: `quality/${known.size}.${i}`, label: '', hparams, seed: deriveSeed(seed, 'quality', i), schedule: stretched(training, training.epochs, steps), limit: { epochs: training.epochs },
        stop: {}, evaluate: { validation: 'epoch', test: true }, record: { stepLosses: false }, process: 'warm', exportModel: false,
      };
      const { outcome } = await trainings.run(spec);
      sum += outcome.status === 'outOfMemory' ? Infinity : outcome.measurement.test?.loss ?? Infinity;
    }
    known.set(key, sum / QUALITY_SEEDS);
    return sum / QUALITY_SEEDS;
  };
}

/** Seconds until the answer was as good as `target`, going by the quality of every answer up to then. */
async function secondsTo(target: number, answers: readonly Answer[], quality: (hparams: HParams) => Promise<number>): Promise<number> {
  for (const { deviceSeconds, hparams } of answers) {
    if (await quality(hparams) <= target) return deviceSeconds;
  }
  return Infinity;
}

async function duels(study: object, seed: number, { python, threads, versions }: Setting): Promise<ReadonlyMap<PrunerName, Duel>> {
  const trainings = await Trainings.open(study, threads);
  try {
    const quality = qualityIn(trainings);
    const staged = await tuneInStages(trainings);
    const ourBudget = staged.at(-1)?.deviceSeconds ?? 0;
    const budgetSeconds = BUDGET_FACTOR * ourBudget;
    const ours = await quality(staged.at(-1)?.hparams ?? {});
    const found = new Map<PrunerName, Duel>();
    for (const pruner of PRUNERS) {
      const { version, answers } = await tuneWithOptuna(trainings, { python, pruner, seed, budgetSeconds });
      versions.set('optuna', version);
      const last = answers.at(-1);
      const inTime = answers.findLast(({ deviceSeconds }) => deviceSeconds <= ourBudget);
      const target = await quality(last?.hparams ?? {});
      found.set(pruner, {
        ours, theirs: inTime === undefined ? Infinity : await quality(inTime.hparams),
        ourSeconds: await secondsTo(target, staged, quality), theirSeconds: await secondsTo(target, answers, quality),
      });
    }
    return found;
  } finally {
    await trainings.close();
  }
}

async function measure(seeds: number, preset: string): Promise<BenchReport> {
  const python = pythonWith('bench-search', path.join(__dirname, '..', 'search', 'requirements.txt'));
  const threads = availableParallelism();
  const versions = new Map([['stepwell', manifest.version]]);
  const all: ReadonlyMap<PrunerName, Duel>[] = [];
  for (let seed = 1; seed <= seeds; seed++) {
    all.push(await duels(studyOf(seed, preset), seed, { python, threads, versions }));
    process.stderr.write(`seed ${seed} of ${seeds}: ${[...(all.at(-1) ?? [])].map(([name, duel]) => `${name} ${JSON.stringify(duel)}`).join(', ')}\n`);
  }
  const column = (name: PrunerName, of: keyof Duel): number[] => all.flatMap((one) => one.get(name)?.[of] ?? []);
  const results = PRUNERS.flatMap((name) => [
    resultOf(`quality-at-equal-cost/${preset}/${name}`, QUALITY, column(name, 'ours'), { [`optuna-tpe-${name}`]: column(name, 'theirs') }),
    resultOf(`device-seconds-to-quality/${preset}/${name}`, COST, column(name, 'ourSeconds'), { [`optuna-tpe-${name}`]: column(name, 'theirSeconds') }),
  ]);
  return { bench: 'tuning', machine: describeMachine(threads), versions: Object.fromEntries(versions), results };
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { seeds: { type: 'string', default: '10' }, model: { type: 'string', default: 'mnist-cnn' }, json: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } } });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const seeds = Number(values.seeds);
  if (!Number.isInteger(seeds) || seeds < 1) throw new RangeError(`--seeds must be an integer of at least 1, got '${values.seeds}'`);
  const report = await measure(seeds, values.model);
  process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : `${[...report.results.map(formatResult), formatSetting(report)].join('\n')}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
