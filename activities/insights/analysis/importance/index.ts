/**
 * Which hyperparameters mattered in a sweep, by two measures, and how much of that may be chance.
 *
 * @module
 */
import type { Factor, Observation } from './factor';
import { fanova } from './fanova';
import { GOOD_SHARE, pedAnova, pedAnovaChance } from './ped-anova';

export type { Factor, Observation } from './factor';
export { factorsOf, unitsByFactor } from './sweep-factors';

/** Below these many points either measure reads noise. */
const POINTS_MIN = 12;
const POINTS_PER_FACTOR_MIN = 4;

/** Good points that PED-ANOVA needs. Source: the documentation of Optuna's evaluator. */
const GOOD_POINTS_MIN = 5;

/** Share of those said to stand out that may do so by chance. */
const FALSE_SHARE_MAX = 0.05;

export interface FactorImportance {
  readonly name: string;
  /** PED-ANOVA: how much it separates the good points from the others. All sum to 1. */
  readonly separation: number;
  /** Probability that a factor without effect separates as much. */
  readonly chance: number;
  /** Whether that is too improbable to be believed, the number of factors considered. */
  readonly standsOut: boolean;
  /**
   * fANOVA: share of the loss' variance that goes back to it alone, with the spread of the trees; `null` where it was
   * not measured.
   */
  readonly variance: { readonly share: number; readonly interval: readonly [number, number] } | null;
}

export interface Importances {
  readonly status: 'measured';
  /** The most important first, by variance where it was measured. */
  readonly factors: readonly FactorImportance[];
  /** Pairs that do together what neither does alone, the strongest first. */
  readonly pairs: readonly { readonly names: readonly [string, string]; readonly share: number }[];
  /** Points behind it, those without a number included. */
  readonly points: number;
  /** Share of the points that counted as good. */
  readonly goodShare: number;
}

/** Too little to say anything: a finding, not a failure. */
export interface TooFewPoints {
  readonly status: 'tooFewPoints';
  readonly points: number;
  readonly needed: number;
}

/**
 * Importance of every factor of a sweep.
 *
 * A loss of Infinity is of a point known to be bad without a number: PED-ANOVA counts it among the others, fANOVA
 * leaves it out. Factors that some points have no part in are PED-ANOVA's alone.
 */
export function importances(
  factors: readonly Factor[],
  observations: readonly Observation[],
  seed: number,
): Importances | TooFewPoints {
  const scored = observations.filter(({ loss }) => Number.isFinite(loss));
  const needed = Math.max(POINTS_MIN, POINTS_PER_FACTOR_MIN * factors.length);
  if (scored.length < needed || factors.length === 0) return { status: 'tooFewPoints', points: scored.length, needed };
  const all = observations.filter(({ loss }) => loss === Infinity || Number.isFinite(loss));
  const goodShare = Math.min(scored.length / all.length, Math.max(GOOD_SHARE, GOOD_POINTS_MIN / all.length));
  const separation = pedAnova(factors, all, goodShare);
  const chance = pedAnovaChance(factors, all, seed, goodShare);
  const whole = factors.map((_, i) => i).filter((i) => scored.every(({ units }) => units[i] !== undefined));
  const shares = fanova(
    whole.map((i) => factors[i]!),
    scored.map(({ units, loss }) => ({ units: whole.map((i) => units[i]), loss })),
    seed,
  );
  const isClear = standingOut(chance);
  const measured = factors.map(({ name }, i): FactorImportance => ({
    name,
    separation: separation[i]!,
    chance: chance[i]!,
    standsOut: isClear[i]!,
    variance: shares?.main[whole.indexOf(i)] ?? null,
  }));
  const order = ({ variance, separation: own }: FactorImportance): number => variance?.share ?? own;
  return {
    status: 'measured',
    points: all.length,
    goodShare,
    factors: measured.sort((a, b) => order(b) - order(a)),
    pairs: [...(shares?.pairs ?? [])]
      .sort((a, b) => b.share - a.share)
      .map(({ factors: [a, b], share }) => ({ names: [factors[whole[a]!]!.name, factors[whole[b]!]!.name], share })),
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
