import { normalized } from './factor';
import type { Factor, Observation } from './factor';
import { gridOf } from './grid-density';

/** Share of the points that count as good. Source: Optuna's default. */
export const GOOD_SHARE = 0.1;

/** Fewer points with a part in a factor have no density. */
const POINTS_MIN = 2;

/**
 * Importance of each factor by PED-ANOVA: how differently the good points are spread over it than all points are. Sums
 * to 1.
 *
 * Looks at ranks alone, so the loss may be on any scale. Points without a part in a factor are left out of it, and the
 * importance is weighed by the shares of those that have one.
 *
 * Source: S. Watanabe, A. Bansal, F. Hutter, "PED-ANOVA: Efficiently Quantifying Hyperparameter Importance in Arbitrary
 * Subspaces", IJCAI 2023 (arXiv:2304.10255); for conditional factors as Optuna 5 (arXiv:2601.20800).
 *
 * @param goodShare In (0, 1).
 * @throws RangeError without observations.
 */
export function pedAnova(
  factors: readonly Factor[],
  observations: readonly Observation[],
  goodShare = GOOD_SHARE,
): readonly number[] {
  if (observations.length === 0) throw new RangeError('observations must not be empty');
  const losses = observations.map(({ loss }) => loss).sort((a, b) => a - b);
  const cutoff = losses[Math.ceil(goodShare * losses.length) - 1]!;
  const good = observations.filter(({ loss }) => loss <= cutoff);
  return normalized(
    factors.map((factor, i) => {
      const grid = gridOf(factor);
      const along = (some: readonly Observation[]) =>
        countsOf(
          some.flatMap(({ units }) => (units[i] === undefined ? [] : grid.cellAt(units[i]))),
          grid.cells,
        );
      const [all, own] = [along(observations), along(good)];
      if (factor.levels <= 1 || all.total < POINTS_MIN || own.total === 0) return 0;
      const share = (own.total / good.length) ** 2 / (all.total / observations.length);
      return share * divergence(grid.density(own.counts), grid.density(all.counts));
    }),
  );
}

/** Points by cell. */
function countsOf(
  cells: readonly number[],
  count: number,
): { readonly counts: readonly number[]; readonly total: number } {
  const counts = new Array<number>(count).fill(0);
  for (const cell of cells) counts[cell]!++;
  return { counts, total: cells.length };
}

/** Pearson's chi-square divergence. */
function divergence(density: readonly number[], reference: readonly number[]): number {
  return density.reduce((sum, value, i) => sum + reference[i]! * (value / reference[i]! - 1) ** 2, 0);
}
