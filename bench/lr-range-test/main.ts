/**
 * `npm run bench:lr-range-test`: the answers of the learning-rate range test next to what every constant rate reaches
 * at full length.
 *
 * @module
 */
import { parseArgs } from 'node:util';
import { usableCores } from '../../activities/usable-cores';
import manifest from '../../package.json';
import { OPTIMIZER_FAMILIES } from '../../workflows/stages/optimizer-family';
import type { Decision } from '../../workflows/stages/stage';
import type { OptimizerName } from '../../workflows/words/study';
import {
  type BenchReport,
  type BenchResult,
  describeMachine,
  formatResult,
  formatSetting,
  type Metric,
  resultOf,
} from '../report';
import { decisionsOf } from '../tuning/staged';
import { Trainings } from '../tuning/trainings';
import { distanceFrom, type GoodBand, goodBand, gridOf, hopefulRates, lossesAt } from './good-band';

const EPOCHS = 12;

/** Studies behind the good band; their seeds are no others'. Of 3 a lucky one made a band a decade wide. */
const GRID_SEEDS = [1001, 1002, 1003, 1004, 1005, 1006, 1007, 1008];

const USAGE = `npm run bench:lr-range-test -- [--seeds N] [--optimizer NAME]... [--json]
  --seeds N         studies of each optimizer; 20 unless given
  --optimizer NAME  adam and momentum unless given; may be given more than once
  --json            one JSON object on standard output
An answer counts if it is within a factor of 2 of the good band: the constant rates whose validation loss is at most 5 % or one standard
error above the best one's. ${gridOf(OPTIMIZER_FAMILIES.adam).length} rates train in one study, those that did not fail there in ${GRID_SEEDS.length - 1} more.
`;

/** An answer this near the good band counts: half and twice a rate are as near as a range test can tell. */
const NEAR = 2;

/** Rules that tools answer with after a single test. */
const RULES = ['minimum', 'steep', 'valley', 'slide'];

const HITS = (studies: number): Metric => ({
  name: `answersWithinFactor${NEAR}OfGoodBand`,
  unit: `of ${studies}`,
  better: 'higher',
});
const DISTANCE: Metric = { name: 'factorFromGoodBand', unit: 'x', better: 'lower' };

const say = (line: string): boolean => process.stderr.write(`${line}\n`);

async function withTrainings<Found>(
  optimizer: OptimizerName,
  seed: number,
  threads: number,
  use: (trainings: Trainings) => Promise<Found>,
): Promise<Found> {
  const study = {
    name: 'lr-range-test',
    seed,
    model: { preset: 'mnist-cnn' },
    training: { optimizer: { name: optimizer }, epochs: EPOCHS },
    stages: [{ stage: 'lrRangeTest' }],
  };
  const trainings = await Trainings.open(study, threads);
  try {
    return await use(trainings);
  } finally {
    await trainings.close();
  }
}

async function bandOf(optimizer: OptimizerName, threads: number): Promise<GoodBand> {
  const lossesOf = (seed: number, rates: readonly number[]): Promise<readonly number[]> =>
    withTrainings(optimizer, seed, threads, (trainings) => lossesAt(rates, trainings));
  const all = gridOf(OPTIMIZER_FAMILIES[optimizer]);
  const [first, ...others] = GRID_SEEDS;
  const found = await lossesOf(first!, all);
  const rates = hopefulRates(all, found);
  const losses: (readonly number[])[] = [found.filter((_, i) => rates.includes(all[i]!))];
  for (const seed of others) losses.push(await lossesOf(seed, rates));
  rates.forEach((rate, i) =>
    say(
      `${optimizer} at ${rate.toPrecision(3)}: validation loss ${losses.map((study) => study[i]!.toPrecision(3)).join(', ')}`,
    ),
  );
  const band = goodBand(rates, losses);
  say(
    `${optimizer}: best at ${band.best.toPrecision(3)}, good from ${band.from.toPrecision(3)} to ${band.to.toPrecision(3)}`,
  );
  return band;
}

/** What each rule alone reads off the first test of a study. */
function singleAnswers({ evidence }: Decision): Readonly<Record<string, number | null>> {
  const table = evidence.tables.find(({ columns }) => columns.includes('valley'));
  return Object.fromEntries(
    RULES.map((rule) => [`one-test-${rule}`, Number(table?.rows[0]?.[table.columns.indexOf(rule)] ?? NaN) || null]),
  );
}

async function measure(optimizer: OptimizerName, studies: number, threads: number): Promise<readonly BenchResult[]> {
  const band = await bandOf(optimizer, threads);
  const ours: number[] = [];
  const peers: Record<string, number[]> = {};
  for (let seed = 1; seed <= studies; seed++) {
    const [found] = await withTrainings(optimizer, seed, threads, decisionsOf);
    const { decision } = found!;
    const rate = Number(decision.hparams['learningRate']);
    ours.push(distanceFrom(band, rate));
    for (const [name, answer] of Object.entries(singleAnswers(decision)))
      (peers[name] ??= []).push(distanceFrom(band, answer));
    say(
      `${optimizer}, study ${seed} of ${studies}: ${rate.toPrecision(3)}, ${ours.at(-1)!.toFixed(2)}x from the band; ${decision.confidence}: ${decision.because}`,
    );
  }
  const hits = (distances: readonly number[]): number[] => [distances.filter((distance) => distance <= NEAR).length];
  const allHits = Object.fromEntries(Object.entries(peers).map(([name, distances]) => [name, hits(distances)]));
  return [
    resultOf(`digits/${optimizer}`, HITS(studies), hits(ours), allHits),
    resultOf(`digits/${optimizer}`, DISTANCE, ours, {}),
  ];
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '20' },
      optimizer: { type: 'string', multiple: true, default: ['adam', 'momentum'] },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const studies = Number(values.seeds);
  if (!Number.isInteger(studies) || studies < 1)
    throw new RangeError(`--seeds must be an integer of at least 1, got '${values.seeds}'`);
  const unknown = values.optimizer.filter((name) => !(name in OPTIMIZER_FAMILIES));
  if (unknown.length > 0)
    throw new RangeError(
      `--optimizer must be one of ${Object.keys(OPTIMIZER_FAMILIES).join(', ')}, got '${unknown.join(', ')}'`,
    );
  const threads = usableCores();
  const results: BenchResult[] = [];
  for (const name of values.optimizer) results.push(...(await measure(name as OptimizerName, studies, threads)));
  const report: BenchReport = {
    bench: 'lr-range-test',
    machine: describeMachine(threads),
    versions: { stepwell: manifest.version },
    results,
  };
  process.stdout.write(
    values.json
      ? `${JSON.stringify(report)}\n`
      : `${[...report.results.map(formatResult), formatSetting(report)].join('\n')}\n`,
  );
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
