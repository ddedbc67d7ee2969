import { normalMass } from '../../../../workflows/search/normal';
import { levelAt } from './factor';
import type { Factor } from './factor';
import { power } from '../../../../workflows/search/power';

/** Cells of the grid that a continuous factor is laid on. */
const CELLS_MAX = 50;

/** Narrowest kernel: 90 % of it fall into its own cell. */
const DEVIATION_MIN = 0.5 / 1.64;

/** Weight of the uniform or very wide kernel that stands for not knowing. */
const PRIOR_WEIGHT = 1;

/** Keeps ratios of densities finite. */
const DENSITY_MIN = 1e-12;

/** A factor's cells: its values, or 50 points from end to end. */
export interface Grid {
  readonly cells: number;
  cellAt(unit: number): number;
  /**
   * Density of points along the factor: normal kernels with Scott's bandwidth for an ordered one, smoothed counts else.
   *
   * Source: S. Watanabe et al., "PED-ANOVA", IJCAI 2023 (arXiv:2304.10255), as Optuna 5 has it; D. Scott, "Multivariate
   * Density Estimation", 1992, for the bandwidth.
   *
   * @param counts Points by cell; at least one.
   */
  density(counts: readonly number[]): readonly number[];
}

export function gridOf(factor: Factor): Grid {
  const { levels, isOrdered } = factor;
  const cells = isOrdered ? Math.min(levels, CELLS_MAX) : levels;
  const shareAt = (unit: number): number => (levels === Infinity ? unit : levelAt(factor, unit) / (levels - 1));
  return {
    cells,
    cellAt: (unit) =>
      levels === cells
        ? levelAt(factor, unit)
        : Math.min(cells - 1, Math.max(0, Math.ceil(shareAt(unit) * (cells - 1) - 0.5))),
    density: (counts) =>
      (isOrdered ? kernelDensity(counts) : smoothedShares(counts)).map((value) => value + DENSITY_MIN),
  };
}

/** A kernel per value seen, and a uniform one; each kernel leaves the other values the weight of the prior. */
function smoothedShares(counts: readonly number[]): readonly number[] {
  const seen = counts.filter((count) => count > 0).length;
  const total = counts.reduce((sum, count) => sum + count, PRIOR_WEIGHT);
  const floorShare = PRIOR_WEIGHT / (seen + 1);
  const kernelSum = 1 + counts.length * floorShare;
  const points = total - PRIOR_WEIGHT;
  return counts.map((own) => ((points * floorShare + own) / kernelSum + PRIOR_WEIGHT / counts.length) / total);
}

/**
 * A mixture of normal distributions cut off at the ends of the grid: one per cell with points, and a wide one in the
 * middle.
 */
function kernelDensity(counts: readonly number[]): readonly number[] {
  const cells = counts.length;
  const deviation = scottDeviation(counts);
  const total = counts.reduce((sum, count) => sum + count, PRIOR_WEIGHT);
  const middle = (cells - 1) / 2;
  const priorMass = normalMass(-0.5, cells - 0.5, middle, cells);
  const density = counts.map(
    (_, cell) => (PRIOR_WEIGHT * normalMass(cell - 0.5, cell + 0.5, middle, cells)) / priorMass,
  );
  // All kernels are alike but for their place, so a cell's share depends on the distance alone.
  const byDistance = counts.map((_, distance) => normalMass(distance - 0.5, distance + 0.5, 0, deviation));
  counts.forEach((count, centre) => {
    if (count === 0) return;
    const inside = normalMass(-0.5, cells - 0.5, centre, deviation);
    for (let cell = 0; cell < cells; cell++)
      density[cell]! += (count * byDistance[cell < centre ? centre - cell : cell - centre]!) / inside;
  });
  return density.map((value) => value / total);
}

/** Scott's rule in cells: by the smaller of the standard deviation and the interquartile range. */
function scottDeviation(counts: readonly number[]): number {
  let [total, sum] = [0, 0];
  counts.forEach((count, cell) => {
    total += count;
    sum += count * cell;
  });
  const mean = sum / total;
  const squares = counts.reduce((all, count, cell) => all + count * (cell - mean) ** 2, 0);
  const deviation = Math.sqrt(squares / Math.max(1, total - 1));
  const range = quartile(counts, Math.floor((total * 3) / 4), false) - quartile(counts, Math.floor(total / 4), true);
  return Math.max(DEVIATION_MIN, 1.059 * Math.min(range / 1.34, deviation) * power(total, -0.2));
}

/** First cell with points up to which they are at least, or more than, so many; the last if there is none. */
function quartile(counts: readonly number[], wanted: number, isInclusive: boolean): number {
  let [sum, last] = [0, 0];
  for (let cell = 0; cell < counts.length; cell++) {
    if (counts[cell] === 0) continue;
    sum += counts[cell]!;
    last = cell;
    if (isInclusive ? sum >= wanted : sum > wanted) return cell;
  }
  return last;
}
