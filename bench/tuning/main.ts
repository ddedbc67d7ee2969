/**
 * `npm run bench:tuning`: the staged study next to Optuna on the digits and on the tables of HPOBench, both paid in
 * device seconds of the same trainings.
 *
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { usableCores } from '../../activities/usable-cores';
import manifest from '../../package.json';
import { pythonWith } from '../python';
import {
  type BenchReport,
  type BenchResult,
  describeMachine,
  formatResult,
  formatSetting,
  type Metric,
  resultOf,
} from '../report';
import type { Contest } from './contest';
import { digitsContest } from './digits';
import { BUDGET_FACTOR, type Duel, fight } from './duel';
import type { PrunerName } from './optuna-peer';
import { readTable, tableContest, TABLES } from './tables';

const USAGE = `npm run bench:tuning -- [--seeds N] [--first-seed N] [--model PRESET] [--only CASE] [--json]
  --seeds N       studies of each; 10 unless given
  --first-seed N  the first one's seed, to go on with a run that was ended; 1 unless given
  --model PRESET  what is trained on the digits; mnist-cnn unless given
  --only CASE     cases whose name begins so: digits, or hpobench/car
  --json          one JSON object on standard output
Optuna gets ${BUDGET_FACTOR} times the device seconds that the staged study took. Quality on the digits is the test loss of the answer, trained anew with seeds
that neither tuner saw; on a table how far the answer's mean accuracy is from the best one's.
`;

interface Case {
  readonly name: string;
  readonly unit: string;
  open(seed: number): Promise<Contest>;
}

interface Options {
  /** In order. */
  readonly seeds: readonly number[];
  readonly model: string;
  readonly only: string;
}

/** @param folder For what the tables are read from. */
function casesOf({ model, only }: Options, python: string, folder: string): readonly Case[] {
  const threads = usableCores();
  const digits: Case = { name: `digits/${model}`, unit: 'nats', open: (seed) => digitsContest(seed, model, threads) };
  const tables = TABLES.map((dataset): Case => {
    let table: ReturnType<typeof readTable> | undefined;
    return {
      name: `hpobench/${dataset}`,
      unit: 'accuracy',
      open: (seed) => Promise.resolve(tableContest((table ??= readTable(python, dataset, folder)), seed)),
    };
  });
  const cases = [digits, ...tables].filter(({ name }) => name.startsWith(only));
  if (cases.length === 0)
    throw new RangeError(
      `--only must begin the name of a case (${[digits, ...tables].map(({ name }) => name).join(', ')}), got '${only}'`,
    );
  return cases;
}

async function resultsOf(
  { name, unit, open }: Case,
  seeds: readonly number[],
  python: string,
  versions: Map<string, string>,
): Promise<readonly BenchResult[]> {
  const all: ReadonlyMap<PrunerName, Duel>[] = [];
  for (const seed of seeds) {
    const contest = await open(seed);
    try {
      const { version, byPruner } = await fight(contest, python);
      versions.set('optuna', version);
      all.push(byPruner);
    } finally {
      await contest.close();
    }
    process.stderr.write(
      `${name}, seed ${seed} of ${seeds[0]} to ${seeds.at(-1)}: ${[...(all.at(-1) ?? [])].map(([pruner, duel]) => `${pruner} ${JSON.stringify(duel, (_, value: unknown) => (value === Infinity ? 'never' : value))}`).join(', ')}\n`,
    );
  }
  const quality: Metric = { name: 'lossAtEqualCost', unit, better: 'lower' };
  const cost: Metric = { name: 'deviceSecondsToQuality', unit: 's', better: 'lower' };
  return [...(all[0]?.keys() ?? [])].flatMap((pruner) => {
    const column = (of: keyof Duel): number[] => all.flatMap((one) => one.get(pruner)?.[of] ?? []);
    return [
      resultOf(`quality-at-equal-cost/${name}/${pruner}`, quality, column('ours'), {
        [`optuna-tpe-${pruner}`]: column('theirs'),
      }),
      resultOf(`device-seconds-to-quality/${name}/${pruner}`, cost, column('ourSeconds'), {
        [`optuna-tpe-${pruner}`]: column('theirSeconds'),
      }),
    ];
  });
}

async function measure(options: Options, onResult: (result: BenchResult) => void): Promise<BenchReport> {
  const python = pythonWith('bench-search', path.join(__dirname, '..', 'search', 'requirements.txt'));
  const versions = new Map([['stepwell', manifest.version]]);
  const folder = mkdtempSync(path.join(tmpdir(), 'stepwell-tables-'));
  try {
    const results: BenchResult[] = [];
    for (const one of casesOf(options, python, folder)) {
      const found = await resultsOf(one, options.seeds, python, versions);
      found.forEach(onResult);
      results.push(...found);
    }
    return {
      bench: 'tuning',
      machine: describeMachine(usableCores()),
      versions: Object.fromEntries(versions),
      results,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function count(option: string, given: string): number {
  const value = Number(given);
  if (!Number.isInteger(value) || value < 1)
    throw new RangeError(`--${option} must be an integer of at least 1, got '${given}'`);
  return value;
}

async function main(): Promise<void> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: {
      seeds: text,
      'first-seed': text,
      model: text,
      only: text,
      json: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help === true) {
    process.stdout.write(USAGE);
    return;
  }
  const first = count('first-seed', values['first-seed'] ?? '1');
  const seeds = Array.from({ length: count('seeds', values.seeds ?? '10') }, (_, index) => first + index);
  const report = await measure({ seeds, model: values.model ?? 'mnist-cnn', only: values.only ?? '' }, (result) => {
    if (values.json !== true) process.stdout.write(`${formatResult(result)}\n`);
  });
  process.stdout.write(values.json === true ? `${JSON.stringify(report)}\n` : `${formatSetting(report)}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
