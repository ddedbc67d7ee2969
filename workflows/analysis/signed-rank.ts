import { ranks } from './statistics';

/**
 * Probability that differences without a direction have a rank sum as high as these: small if they are above 0 beyond
 * chance.
 *
 * Goes through all signs, so it is exact for few as for many and with ties, which share the mean of their ranks; a
 * difference of 0 counts half on either side. Infinite differences have the highest ranks.
 *
 * Source: F. Wilcoxon, "Individual comparisons by ranking methods", Biometrics Bulletin 1 (1945); zeros as in J. W.
 * Pratt, JASA 54 (1959), split.
 *
 * @returns In (0, 1]; 1 for an empty list.
 */
export function signedRankProbability(differences: readonly number[]): number {
  // Ranks that are shared are halves: twice a rank is a whole number.
  const doubled = ranks(differences.map(Math.abs)).map((rank) => Math.round(2 * rank));
  const free = doubled.filter((_, i) => differences[i] !== 0);
  const observed = doubled.reduce((sum, rank, i) => sum + (differences[i]! > 0 ? rank : 0), 0);
  let ways = new Map([[0, 1]]);
  for (const rank of free) {
    const next = new Map<number, number>();
    for (const [sum, share] of ways) {
      next.set(sum, (next.get(sum) ?? 0) + share / 2);
      next.set(sum + rank, (next.get(sum + rank) ?? 0) + share / 2);
    }
    ways = next;
  }
  return [...ways].reduce((probability, [sum, share]) => probability + (sum >= observed ? share : 0), 0);
}
