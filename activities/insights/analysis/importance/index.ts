/**
 * Which hyperparameters mattered in a sweep, by two measures, and how much of that may be chance.
 *
 * @module
 */
import type { Factor } from './factor';
import { fanova } from './fanova';
import { seenBlind } from './seen-blind';
import type { BlindImportance, DrawnObservation } from './seen-blind';

export type { Factor, Observation } from './factor';
export type { BlindImportance, DrawnObservation } from './seen-blind';
export { factorsOf, unitsByFactor } from './sweep-factors';

/** Below these many points either measure reads noise. */
const POINTS_MIN = 12;
const POINTS_PER_FACTOR_MIN = 4;

export interface FactorImportance {
  readonly name: string;
  /** What the points that were drawn blind show of it; `null` where these are too few. */
  readonly blind: BlindImportance | null;
  /**
   * FANOVA: share of the loss' variance that goes back to it alone, with the spread of the trees; `null` where it was
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
  /** Those of them that were drawn without a look at the others, and the share of these that counted as good. */
  readonly blindPoints: number;
  readonly blindNeeded: number;
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
 * What separates good points from others, and what of it may be chance, is told of points drawn blind alone: a sampler
 * that concentrates leaves little spread along the factor that matters, and makes a pattern of its own along the
 * others. FANOVA averages over the whole space and takes all points. A loss of Infinity is of a point known to be bad
 * without a number: fANOVA leaves it out. Factors that some points have no part in are left out of fANOVA.
 */
export function importances(
  factors: readonly Factor[],
  observations: readonly DrawnObservation[],
  seed: number,
): Importances | TooFewPoints {
  const scored = observations.filter(({ loss }) => Number.isFinite(loss));
  const needed = Math.max(POINTS_MIN, POINTS_PER_FACTOR_MIN * factors.length);
  if (scored.length < needed || factors.length === 0) return { status: 'tooFewPoints', points: scored.length, needed };
  const all = observations.filter(({ loss }) => loss === Infinity || Number.isFinite(loss));
  const whole = factors.map((_, i) => i).filter((i) => scored.every(({ units }) => units[i] !== undefined));
  const shares = fanova(
    whole.map((i) => factors[i]!),
    scored.map(({ units, loss }) => ({ units: whole.map((i) => units[i]), loss })),
    seed,
  );
  const { found, ...drawn } = seenBlind(factors, all, seed);
  const measured = factors.map(({ name }, i): FactorImportance => ({
    name,
    blind: found?.[i] ?? null,
    variance: shares?.main[whole.indexOf(i)] ?? null,
  }));
  const order = ({ variance, blind }: FactorImportance): number => variance?.share ?? blind?.separation ?? 0;
  return {
    status: 'measured',
    points: all.length,
    ...drawn,
    factors: measured.sort((a, b) => order(b) - order(a)),
    pairs: [...(shares?.pairs ?? [])]
      .sort((a, b) => b.share - a.share)
      .map(({ factors: [a, b], share }) => ({ names: [factors[whole[a]!]!.name, factors[whole[b]!]!.name], share })),
  };
}
