import { execFileSync } from 'node:child_process';
import path from 'node:path';
import type { Table } from './tables';

/**
 * What Optuna found: its lowest regrets by seed; without them, the package that its sampler needs and that is not
 * there.
 */
export interface Found {
  readonly version: string;
  readonly regrets?: readonly number[];
  /** The costs of every point by seed, of a function with two. */
  readonly fronts?: readonly (readonly (readonly [number, number])[])[];
  readonly missing?: string;
}

/** A table has 30,000 numbers. */
const OUTPUT_BYTES_MAX = 2 ** 24;

function answer(python: string, request: object): unknown {
  const output = execFileSync(python, [path.join(__dirname, 'peers.py'), JSON.stringify(request)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: OUTPUT_BYTES_MAX,
  });
  return JSON.parse(output);
}

/** Optuna's sampler of the same name on a function. */
export function optunaOn(
  python: string,
  of: string,
  sampler: string,
  { trials, seeds }: { readonly trials: number; readonly seeds: readonly number[] },
): Found {
  return answer(python, { function: of, sampler, trials, seeds }) as Found;
}

/** The regrets of a data set of HPOBench. */
export function tableOf(python: string, dataset: string): Table {
  return answer(python, { table: dataset }) as Table;
}
