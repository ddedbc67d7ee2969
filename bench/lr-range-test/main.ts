/**
 * `npm run bench:lr-range-test`: the learning rate that the chain of range test and re-test ends with, next to what
 * every rate reaches at full length.
 *
 * @module
 */
import { rmSync } from 'node:fs';
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
import { distanceFrom, gainsAt, type GoodBand, goodBand, gridOf, hopefulRates } from './good-band';
import { mnistFolder } from './mnist';

const EPOCHS = 12;

/** Studies behind the good band; their seeds are no others'. Of 3 a lucky one made a band a decade wide. */
const FIRST_GRID_SEED = 1001;

const USAGE = `npm run bench:lr-range-test -- [--studies N] [--band-studies N] [--optimizer NAME]... [--data NAME]... [--json]
  --studies N       studies of each optimizer; 20 unless given
  --band-studies N  studies behind each good band; 8 unless given
  --optimizer NAME  sgd, momentum, adam and rmsprop unless given; may be given more than once
  --data NAME       digits, mnist (10,000 of its digits); both unless given; may be given more than once
  --json            one JSON object on standard output
An answer, the rate after range test and re-test, counts if it is within a factor of 2 of the good band: the rates whose best-epoch
validation loss is at most 5 % or one standard error above the best one's. ${gridOf(OPTIMIZER_FAMILIES.adam).length} rates train in one study, those that are not hopeless there in
the others.
`;

/** An answer this near the good band counts. */
const NEAR = 2;

/** Rules that tools answer with after a single test. */
const RULES = ['minimum', 'steep', 'valley', 'slide'];

const HITS = (studies: number): Metric => ({
  name: `answersWithinFactor${NEAR}OfGoodBand`,
  unit: `of ${studies}`,
  better: 'higher',
});
const SURE = (answers: number): Metric => ({
  name: `answersCalledHighWithinFactor${NEAR}`,
  unit: `of ${answers}`,
  better: 'higher',
});
const DISTANCE: Metric = { name: 'factorFromGoodBand', unit: 'x', better: 'lower' };

const DATA = { digits: () => undefined, mnist: mnistFolder } as const;
type DataName = keyof typeof DATA;

/** What is measured: an optimizer on a data set. */
interface Case {
  readonly name: string;
  readonly optimizer: OptimizerName;
  /** Folder of the data set; absent: the digits. */
  readonly folder: string | undefined;
  readonly threads: number;
}

const say = (line: string): boolean => process.stderr.write(`${line}\n`);

async function withTrainings<Found>(
  { optimizer, folder, threads }: Case,
  seed: number,
  use: (trainings: Trainings) => Promise<Found>,
): Promise<Found> {
  const study = {
    name: 'lr-range-test',
    seed,
    model: { preset: 'mnist-cnn' },
    training: { optimizer: { name: optimizer }, epochs: EPOCHS },
    // The re-test is put in after it.
    stages: [{ stage: 'lrRangeTest' }],
  };
  const trainings = await Trainings.open(study, threads, folder);
  try {
    return await use(trainings);
  } finally {
    await trainings.close();
  }
}

async function bandOf(of: Case, studies: number): Promise<GoodBand> {
  const gainsOf = (seed: number, rates: readonly number[]): Promise<readonly number[]> =>
    withTrainings(of, seed, (trainings) => gainsAt(rates, trainings));
  const all = gridOf(OPTIMIZER_FAMILIES[of.optimizer]);
  const found = await gainsOf(FIRST_GRID_SEED, all);
  const rates = hopefulRates(all, found);
  const gains: (readonly number[])[] = [found.filter((_, i) => rates.includes(all[i]!))];
  for (let study = 1; study < studies; study++) gains.push(await gainsOf(FIRST_GRID_SEED + study, rates));
  rates.forEach((rate, i) =>
    say(
      `${of.name} at ${rate.toPrecision(3)}: validation loss ${gains.map((study) => Math.exp(-study[i]!).toPrecision(3)).join(', ')}`,
    ),
  );
  const band = goodBand(rates, gains);
  say(
    `${of.name}: best at ${band.best.toPrecision(3)}, good from ${band.from.toPrecision(3)} to ${band.to.toPrecision(3)}`,
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

interface Answered {
  readonly distance: number;
  readonly isHigh: boolean;
  /** How far others are who answer by less: the range test alone, and single rules. */
  readonly others: Readonly<Record<string, number>>;
}

async function answerOf(of: Case, seed: number, band: GoodBand): Promise<Answered> {
  const decided = await withTrainings(of, seed, decisionsOf);
  const [test, last] = [decided[0]!.decision, decided.at(-1)!.decision];
  const rate = Number(last.hparams['learningRate']);
  const distance = distanceFrom(band, rate);
  say(
    `${of.name}, study ${seed}: ${rate.toPrecision(3)}, ${distance.toFixed(2)}x from the band, after ${decided.at(-1)!.deviceSeconds.toFixed(0)} s; ${last.confidence}: ${last.because}`,
  );
  const answers = { 'range-test-alone': Number(test.hparams['learningRate']), ...singleAnswers(test) };
  const others = Object.fromEntries(
    Object.entries(answers).map(([name, answer]) => [name, distanceFrom(band, answer)]),
  );
  return { distance, isHigh: last.confidence === 'high', others };
}

async function measure(of: Case, studies: number, bandStudies: number): Promise<readonly BenchResult[]> {
  const band = await bandOf(of, bandStudies);
  const answers: Answered[] = [];
  for (let seed = 1; seed <= studies; seed++) answers.push(await answerOf(of, seed, band));
  const hits = (distances: readonly number[]): number[] => [distances.filter((distance) => distance <= NEAR).length];
  const peers = Object.keys(answers[0]!.others).map((name) => [name, hits(answers.map(({ others }) => others[name]!))]);
  const sure = answers.filter(({ isHigh }) => isHigh).map(({ distance }) => distance);
  const distances = answers.map(({ distance }) => distance);
  return [
    resultOf(of.name, HITS(studies), hits(distances), Object.fromEntries(peers) as Record<string, number[]>),
    resultOf(of.name, SURE(sure.length), hits(sure), {}),
    resultOf(of.name, DISTANCE, distances, {}),
  ];
}

function countOf(name: string, text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1)
    throw new RangeError(`--${name} must be an integer of at least 1, got '${text}'`);
  return count;
}

function namesIn<Name extends string>(
  option: string,
  given: readonly string[],
  known: Readonly<Record<Name, unknown>>,
): readonly Name[] {
  const unknown = given.filter((name) => !(name in known));
  if (unknown.length > 0)
    throw new RangeError(`--${option} must be one of ${Object.keys(known).join(', ')}, got '${unknown.join(', ')}'`);
  return given as readonly Name[];
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      studies: { type: 'string', default: '20' },
      'band-studies': { type: 'string', default: '8' },
      optimizer: { type: 'string', multiple: true, default: ['sgd', 'momentum', 'adam', 'rmsprop'] },
      data: { type: 'string', multiple: true, default: ['digits', 'mnist'] },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const counts = [countOf('studies', values.studies), countOf('band-studies', values['band-studies'])] as const;
  const optimizers = namesIn('optimizer', values.optimizer, OPTIMIZER_FAMILIES);
  const threads = usableCores();
  const results: BenchResult[] = [];
  for (const data of namesIn<DataName>('data', values.data, DATA)) {
    const folder = DATA[data]();
    try {
      for (const optimizer of optimizers)
        results.push(...(await measure({ name: `${data}/${optimizer}`, optimizer, folder, threads }, ...counts)));
    } finally {
      if (folder !== undefined) rmSync(folder, { recursive: true });
    }
  }
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
