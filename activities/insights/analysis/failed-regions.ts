import type { Factor } from './importance/factor';
import { levelAt } from './importance/factor';

/** Parts that a continuous or finely stepped factor is cut into. */
const PARTS = 4;

/** A region of fewer points has no share worth a warning. */
const POINTS_MIN = 3;

/** A region fails if at least this share of its points does, and of all others at most a third of that share. */
const FAILED_SHARE_MIN = 0.5;
const CONTRAST_MIN = 3;

export interface TriedPoint {
  readonly units: readonly (number | undefined)[];
  readonly hasFailed: boolean;
}

/** A part of one factor, with what became of the points there. */
export interface Region {
  readonly factor: string;
  /** In unit coordinates. */
  readonly from: number;
  readonly to: number;
  readonly tried: number;
  readonly failed: number;
  /** Points fail here, and elsewhere they do not. */
  readonly isFailing: boolean;
}

/** What share of the points failed in every part of every factor: quarters of it, or its values if they are no more. */
export function failedRegions(factors: readonly Factor[], points: readonly TriedPoint[]): readonly Region[] {
  return factors.flatMap((factor, i) => {
    const count = factor.isOrdered ? Math.min(PARTS, factor.levels) : factor.levels;
    const placed = points.flatMap(({ units, hasFailed }) => {
      const unit = units[i];
      return unit === undefined ? [] : [{ part: partAt(factor, unit, count), hasFailed }];
    });
    return Array.from({ length: count }, (_, part): Region => {
      const here = placed.filter((point) => point.part === part);
      const failed = here.filter(({ hasFailed }) => hasFailed).length;
      const elsewhere = placed.filter((point) => point.part !== part);
      const share = here.length === 0 ? 0 : failed / here.length;
      const shareElsewhere =
        elsewhere.length === 0 ? 1 : elsewhere.filter(({ hasFailed }) => hasFailed).length / elsewhere.length;
      const isFailing =
        here.length >= POINTS_MIN && share >= FAILED_SHARE_MIN && share >= CONTRAST_MIN * shareElsewhere;
      return { factor: factor.name, from: part / count, to: (part + 1) / count, tried: here.length, failed, isFailing };
    });
  });
}

function partAt(factor: Factor, unit: number, count: number): number {
  return count === factor.levels ? levelAt(factor, unit) : Math.min(count - 1, Math.floor(unit * count));
}
