/**
 * `npm run bench:search`: how near to the minimum our samplers come, next to Optuna's on the same functions.
 *
 * @module
 */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { parseArgs } from 'node:util';
import manifest from '../../package.json';
import { pythonWith } from '../python';
import { type BenchReport, type BenchResult, describeMachine, formatResult, formatSetting, resultOf } from '../report';
import { ackley5, branin, hartmann6, type TestFunction } from './functions';
import { simpleRegret } from './search';

const USAGE = `npm run bench:search -- [--seeds N] [--trials N] [--only CASE] [--json]
  --seeds N     searches of each kind; 15 unless given
  --trials N    points of each search; 100 unless given
  --only CASE   cases whose name begins so, e.g. branin or hartmann6@100/tpe
  --json        one JSON object on standard output
`;

const FUNCTIONS = [branin, hartmann6, ackley5];

/** Those that Optuna has too; tpe, the one that learns, goes by the function's name alone. */
const COMPARED = ['tpe', 'random', 'sobol', 'halton'];

interface Case {
  readonly name: string;
  readonly of: TestFunction;
  readonly sampler: string;
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
  const { values } = parseArgs({ args: [...args], options: { json: flag, help: flag, seeds: text, trials: text, only: text } });
  if (values.help) return 'help';
  const [seeds, trials] = [countOf('seeds', values.seeds ?? '15'), countOf('trials', values.trials ?? '100')];
  const all = FUNCTIONS.flatMap((of) => COMPARED.map((sampler): Case => ({ name: `${of.name}@${trials}${sampler === 'tpe' ? '' : `/${sampler}`}`, of, sampler })));
  const cases = all.filter(({ name }) => name.startsWith(values.only ?? ''));
  if (cases.length === 0) throw new RangeError(`--only must begin the name of a case (${all.map(({ name }) => name).join(', ')}), got '${values.only}'`);
  return { cases, trials, json: values.json, seeds: Array.from({ length: seeds }, (_, i) => i + 1) };
}

function countOf(name: string, text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new RangeError(`--${name} must be an integer of at least 1, got '${text}'`);
  return count;
}

/** Optuna's lowest regrets by seed, and its version. */
function optuna(python: string, { of, sampler }: Case, { seeds, trials }: Options): { readonly version: string; readonly regrets: readonly number[] } {
  const request = JSON.stringify({ function: of.name, sampler, trials, seeds });
  return JSON.parse(execFileSync(python, [path.join(__dirname, 'peers.py'), request], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })) as ReturnType<typeof optuna>;
}

function measure(options: Options, onResult: (result: BenchResult) => void): BenchReport {
  const python = pythonWith('bench-search', path.join(__dirname, 'requirements.txt'));
  const versions = new Map([['stepwell', manifest.version]]);
  const results = options.cases.map((one) => {
    const ours = options.seeds.map((seed) => simpleRegret(one.sampler, one.of, options.trials, seed));
    const theirs = optuna(python, one, options);
    versions.set('optuna', theirs.version);
    const result = resultOf(one.name, { name: 'regret', unit: 'above the minimum', better: 'lower' }, ours, { optuna: theirs.regrets });
    onResult(result);
    return result;
  });
  return { bench: 'search', machine: describeMachine(1), versions: Object.fromEntries(versions), results };
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
