/**
 * Densities over the unit cube from points in it: one kernel per point, a product over the dimensions, and one flat
 * kernel, the prior.
 *
 * Source: J. Bergstra et al., "Algorithms for Hyper-Parameter Optimization", NIPS 2011; S. Watanabe, "Tree-structured
 * Parzen Estimator: Understanding Its Algorithm Components", arXiv:2304.11127 (2023).
 *
 * @module
 */
import { normalMass, truncatedQuantile } from '../normal';
import { cardinality, cellsOf } from '../space';
import type { Cells, Dimension } from '../space';

/** Looked up once: in a workflow's sandbox each use of a global is a slow call. */
const { exp, floor, log, max, min, sqrt, PI } = Math;

/** A point of the cube; `undefined` in dimensions that it has no place in, where its kernel is the prior's. */
export type Units = readonly (number | undefined)[];

/** The kernels of all points in one dimension; the prior is the last. */
interface Column {
  /** A coordinate from one kernel, by a uniform draw in [0, 1). */
  draw(kernel: number, share: number): number;
  /** Adds the logarithm of each kernel's density at a coordinate. */
  addLogDensities(unit: number, sums: Float64Array): void;
}

export interface Density {
  /** A point by uniform draws: the first picks the kernel, the others are for the dimensions. */
  draw(next: () => number): readonly number[];
  /** Logarithm of the density at a point. */
  logDensity(units: readonly number[]): number;
  /** Of a number per point its mean around a place, each weighed by its kernel there; of the prior, the mean of all. */
  meanAround(units: readonly number[], values: readonly number[]): number;
}

/** No kernel is narrower than a hundredth of its dimension; with few points, than a share of it by their number. */
const NARROWEST = 100;

/**
 * Probability of a cell that is so far from a kernel that a double holds nothing of it: its logarithm must be a number.
 */
const NOTHING = 1e-300;

/**
 * The density of points.
 *
 * @param weights One per point; the prior has 1.
 */
export function densityOf(
  dimensions: readonly Dimension[],
  points: readonly Units[],
  weights: readonly number[],
): Density {
  const columns = dimensions.map((dimension, i) =>
    columnOf(
      dimension,
      points.map((units) => units[i]),
    ),
  );
  const all = [...weights, 1];
  const total = all.reduce((sum, weight) => sum + weight, 0);
  const logWeights = all.map((weight) => log(weight / total));
  const logKernels = (units: readonly number[]): { readonly most: number; readonly sums: Float64Array } => {
    const sums = Float64Array.from(logWeights);
    columns.forEach((column, i) => column.addLogDensities(units[i]!, sums));
    return { most: sums.reduce((a, b) => max(a, b)), sums };
  };
  return {
    draw(next) {
      let rest = next() * total;
      const kernel = all.findIndex((weight) => (rest -= weight) < 0);
      return columns.map((column) => column.draw(kernel < 0 ? all.length - 1 : kernel, next()));
    },
    logDensity(units) {
      const { most, sums } = logKernels(units);
      return most + log(sums.reduce((sum, one) => sum + exp(one - most), 0));
    },
    meanAround(units, values) {
      const { most, sums } = logKernels(units);
      const known = [...values, values.reduce((sum, value) => sum + value, 0) / max(1, values.length)];
      const shares = sums.map((one) => exp(one - most));
      return (
        shares.reduce((sum, share, k) => sum + share * known[k]!, 0) / shares.reduce((sum, share) => sum + share, 0)
      );
    },
  };
}

function columnOf(dimension: Dimension, units: Units): Column {
  if ('choice' in dimension) return choices(cardinality(dimension), units);
  const means = [...units.map((unit) => unit ?? 0.5), 0.5];
  const deviations = [...deviationsOf(units), 1];
  const cells = cellsOf(dimension);
  return cells === undefined ? line(means, deviations) : inCells(cells, means, deviations);
}

/** Every choice has a share of the prior's weight, and a point's own the point's besides. */
function choices(count: number, units: Units): Column {
  const share = 1 / (units.length + 1);
  const own = units.map((unit) => (unit === undefined ? undefined : cellOf(unit, count)));
  const logs = {
    own: log((1 + share) / (1 + count * share)),
    other: log(share / (1 + count * share)),
    prior: -log(count),
  };
  return {
    draw(kernel, at) {
      const choice = own[kernel];
      if (choice === undefined) return (cellOf(at, count) + 0.5) / count;
      const rest = at * (1 + count * share) - 1;
      return ((rest < 0 ? choice : cellOf(rest / (count * share), count)) + 0.5) / count;
    },
    addLogDensities(unit, sums) {
      const choice = cellOf(unit, count);
      for (let k = 0; k < sums.length; k++)
        sums[k]! += own[k] === undefined ? logs.prior : own[k] === choice ? logs.own : logs.other;
    },
  };
}

/** Normal distributions cut off at the ends. */
function line(means: readonly number[], deviations: readonly number[]): Column {
  const scales = means.map((mean, k) => -log(deviations[k]! * sqrt(2 * PI) * normalMass(0, 1, mean, deviations[k]!)));
  return {
    draw: (kernel, at) => truncatedQuantile(at, means[kernel]!, deviations[kernel]!),
    addLogDensities(unit, sums) {
      for (let k = 0; k < sums.length; k++) sums[k]! += scales[k]! - ((unit - means[k]!) / deviations[k]!) ** 2 / 2;
    },
  };
}

/**
 * The same, with the probability of a whole cell for each of its values. Candidates share cells, so each is worked out
 * once.
 */
function inCells(cells: Cells, means: readonly number[], deviations: readonly number[]): Column {
  const inside = means.map((mean, k) => normalMass(0, 1, mean, deviations[k]!));
  const known = new Map<number, readonly number[]>();
  const logDensities = (cell: number): readonly number[] => {
    const [low, high] = [cells.edge(cell), cells.edge(cell + 1)];
    return means.map((mean, k) => log(max(NOTHING, normalMass(low, high, mean, deviations[k]!) / inside[k]!)));
  };
  return {
    draw(kernel, at) {
      const cell = cells.at(truncatedQuantile(at, means[kernel]!, deviations[kernel]!));
      return (cells.edge(cell) + cells.edge(cell + 1)) / 2;
    },
    addLogDensities(unit, sums) {
      const cell = cells.at(unit);
      const logs = known.get(cell) ?? logDensities(cell);
      known.set(cell, logs);
      for (let k = 0; k < sums.length; k++) sums[k]! += logs[k]!;
    },
  };
}

function cellOf(unit: number, count: number): number {
  return min(count - 1, floor(unit * count));
}

/**
 * Per point the wider of the gaps to its neighbours, an end of the dimension only where it has no other; 1 where it has
 * no place.
 */
function deviationsOf(units: Units): readonly number[] {
  const narrowest = 1 / min(NARROWEST, units.length + 2);
  const deviations = units.map(() => 1);
  const sorted = units.flatMap((unit, k) => (unit === undefined ? [] : [{ unit, k }])).sort((a, b) => a.unit - b.unit);
  sorted.forEach(({ unit, k }, i) => {
    const [before, after] = [sorted[i - 1]?.unit, sorted[i + 1]?.unit];
    const gaps = sorted.length === 1 ? [unit, 1 - unit] : [unit - (before ?? unit), (after ?? unit) - unit];
    deviations[k] = min(1, max(narrowest, ...gaps));
  });
  return deviations;
}
