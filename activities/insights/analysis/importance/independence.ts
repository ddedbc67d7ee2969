import { ranks } from '../../../../workflows/analysis/statistics';
import { deriveSeed, permutation } from '../../../../workflows/search/random';
import { levelAt } from './factor';
import type { Factor, Observation } from './factor';

/** Waves along an ordered factor: half of one sees a slope, a whole one a valley. More would cost power for both. */
const WAVES = 2;

/** Enough for one factor of many to stand out; one of few needs no fewer to tell 5 % from 1 %. */
const DRAWS_MIN = 400;
const DRAWS_PER_FACTOR = 40;

/** So many draws that reach what was found settle that it is no rarity: the rest is saved. */
const REACHED_ENOUGH = 20;

/** Fewer points with a part in a factor show nothing of it. */
const POINTS_MIN = 3;

/**
 * How probable an association with the loss at least as strong is where a factor has no effect, by exchanging the
 * losses among the points.
 *
 * Of an ordered factor it is the sum of the squared correlations of the losses' ranks with half a wave and a whole one
 * along it; of another the ranks' variance between its levels, as in the Kruskal-Wallis test. It holds for points that
 * were drawn without a look at the losses, and for these alone: a sampler that concentrates makes its own pattern.
 *
 * Source: B. Phipson, G. Smyth, "Permutation P-values Should Never Be Zero", Stat. Appl. Genet. Mol. Biol. 9 (2010); for
 * ending early, J. Besag, P. Clifford, "Sequential Monte Carlo p-values", Biometrika 78 (1991); for the waves, J.
 * Neyman's smooth test, Skand. Aktuarietidskr. 20 (1937).
 *
 * @param observations A loss of Infinity is worse than any other. Points without a part in a factor tell nothing of it.
 * @param seed Of the exchanges.
 * @returns In (0, 1], by factor; 1 where too few points have a part in it.
 */
export function independenceChances(
  factors: readonly Factor[],
  observations: readonly Observation[],
  seed: number,
): readonly number[] {
  const draws = Math.max(DRAWS_MIN, DRAWS_PER_FACTOR * factors.length);
  return factors.map((factor, f) => {
    const own = observations.filter(({ units }) => units[f] !== undefined);
    if (own.length < POINTS_MIN || factor.levels < 2) return 1;
    const strength = strengthOf(
      factor,
      own.map(({ units }) => units[f]!),
    );
    const places = Float64Array.from(standardized(ranks(own.map(({ loss }) => loss))));
    // Sums in another order differ in their last digits alone.
    const found = strength(places) * (1 - 1e-9);
    let reached = 0;
    for (let draw = 1; draw < draws; draw++) {
      const exchanged = Float64Array.from(permutation(own.length, deriveSeed(seed, f, draw)), (i) => places[i]!);
      if (strength(exchanged) >= found) reached++;
      if (reached === REACHED_ENOUGH) return reached / draw;
    }
    return (reached + 1) / draws;
  });
}

/** How strongly values hang together with a factor's coordinates: 0 or more. */
function strengthOf(factor: Factor, units: readonly number[]): (values: Float64Array) => number {
  return factor.isOrdered ? wavesAlong(factor, units) : betweenLevels(factor, units);
}

function wavesAlong({ levels }: Factor, units: readonly number[]): (values: Float64Array) => number {
  const waves = Array.from({ length: Math.min(WAVES, levels - 1) }, (_, wave) =>
    Float64Array.from(standardized(units.map((unit) => Math.cos(Math.PI * (wave + 1) * unit)))),
  );
  return (values) => waves.reduce((sum, wave) => sum + product(wave, values) ** 2, 0);
}

function betweenLevels(factor: Factor, units: readonly number[]): (values: Float64Array) => number {
  const at = units.map((unit) => levelAt(factor, unit));
  const counts = new Float64Array(factor.levels);
  for (const level of at) counts[level]!++;
  return (values) => {
    const sums = new Float64Array(factor.levels);
    for (let i = 0; i < at.length; i++) sums[at[i]!]! += values[i]!;
    return sums.reduce((total, sum, level) => total + (counts[level] === 0 ? 0 : sum ** 2 / counts[level]!), 0);
  };
}

/** With mean 0 and length 1; all 0 where the values are equal. */
function standardized(values: readonly number[]): readonly number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const length = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0));
  return values.map((value) => (length > 0 ? (value - mean) / length : 0));
}

function product(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
