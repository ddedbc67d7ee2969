import type { Factor, Observation } from './factor';
import { independenceChances } from './independence';
import { GOOD_SHARE, pedAnova } from './ped-anova';

/** Below these many draws even the strongest effect does not stand out of chance. */
const POINTS_MIN = 12;

/** Good points that PED-ANOVA needs. Source: the documentation of Optuna's evaluator. */
const GOOD_POINTS_MIN = 5;

/** Share of those said to stand out that may do so by chance. */
const FALSE_SHARE_MAX = 0.05;

/** A point with its result. */
export interface DrawnObservation extends Observation {
  /** Drawn without a look at any other point's loss. */
  readonly isBlind: boolean;
}

/** What blind draws show of a factor. */
export interface BlindImportance {
  /** PED-ANOVA: how much it separates the good points from the others. All sum to 1. */
  readonly separation: number;
  /** Probability that a factor without effect hangs together with the loss as much. */
  readonly chance: number;
  /** Whether that is too improbable to be believed, the number of factors considered. */
  readonly standsOut: boolean;
}

export interface SeenBlind {
  readonly blindPoints: number;
  readonly blindNeeded: number;
  /** Share of them that counted as good. */
  readonly goodShare: number;
  /** By factor; absent where the draws are too few. */
  readonly found?: readonly BlindImportance[];
}

/** What the blind draws among a sweep's points show of every factor. */
export function seenBlind(
  factors: readonly Factor[],
  observations: readonly DrawnObservation[],
  seed: number,
): SeenBlind {
  const points = observations.filter(({ isBlind }) => isBlind);
  const scored = points.filter(({ loss }) => Number.isFinite(loss)).length;
  const goodShare = Math.min(scored / points.length, Math.max(GOOD_SHARE, GOOD_POINTS_MIN / points.length));
  const counts = { blindPoints: points.length, blindNeeded: POINTS_MIN, goodShare };
  if (points.length < POINTS_MIN || scored === 0) return counts;
  const separation = pedAnova(factors, points, goodShare);
  const chance = independenceChances(factors, points, seed);
  const isClear = standingOut(chance);
  return {
    ...counts,
    found: factors.map((_, i) => ({ separation: separation[i]!, chance: chance[i]!, standsOut: isClear[i]! })),
  };
}

/**
 * Which of many probabilities are too small to be chance.
 *
 * Source: Y. Benjamini, Y. Hochberg, "Controlling the False Discovery Rate", J. R. Statist. Soc. B 57 (1995).
 */
function standingOut(chances: readonly number[]): readonly boolean[] {
  const sorted = [...chances].sort((a, b) => a - b);
  const last = sorted.findLastIndex((chance, i) => chance <= ((i + 1) / chances.length) * FALSE_SHARE_MAX);
  return chances.map((chance) => last >= 0 && chance <= sorted[last]!);
}
