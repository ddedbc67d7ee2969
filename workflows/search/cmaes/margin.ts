import { normalCdf, normalQuantile } from '../normal';
import type { Cells } from '../space';

/** Looked up once: in a workflow's sandbox each use of a global is a slow call. */
const { max, min } = Math;

/** A normal distribution of one coordinate. */
interface Marginal {
  readonly mean: number;
  readonly deviation: number;
}

/**
 * A coordinate's distribution, moved and widened as little as keeps the cells beside its mean in reach: without, it
 * comes to lie in one cell and never leaves.
 *
 * Source: R. Hamano et al., "CMA-ES with Margin: Lower-Bounding Marginal Probability for Mixed-Integer Black-Box
 * Optimization", GECCO 2022 (arXiv:2205.13482), section 4.
 *
 * @param margin Least probability of the other cells together.
 */
export function withMargin(cells: Cells, { mean, deviation }: Marginal, margin: number): Marginal {
  const cell = cells.at(min(1, max(0, mean)));
  const [low, high] = [cells.edge(cell), cells.edge(cell + 1)];
  const reach = normalQuantile(1 - margin) * deviation;
  if (cell === 0) return { mean: high - min(high - mean, reach), deviation };
  if (cell === cells.count - 1) return { mean: low + min(mean - low, reach), deviation };
  const [below, above] = [normalCdf((low - mean) / deviation), normalCdf((mean - high) / deviation)];
  if (min(below, above) >= margin / 2) return { mean, deviation };
  const [least, inside] = [margin / 2, 1 - below - above];
  const [lower, upper] = [max(least, below), max(least, above)];
  const excess = (1 - lower - upper - inside) / (lower + upper + inside - 3 * least);
  const [left, right] = [lower, upper].map((share) => normalQuantile(1 - (share + excess * (share - least))));
  return { mean: (low * right! + high * left!) / (left! + right!), deviation: (high - low) / (left! + right!) };
}
