/** Looked up once: in a workflow's sandbox each use of a global is a slow call. */
const { abs, log1p, max, sqrt } = Math;

/**
 * Losses for a process that expects mean 0 and variance 1: beyond the median they count by their logarithm, for a
 * diverging training must not make all others look alike. Failed ones are as bad as the worst; the order stays.
 *
 * @param losses `null` for a failure; at least one number, of any size.
 */
export function standardized(losses: readonly (number | null)[]): Float64Array {
  const largest = losses.reduce((most: number, loss) => max(most, abs(loss ?? 0)), 0) || 1;
  const scored = losses.flatMap((loss) => (loss === null ? [] : [loss / largest])).sort((a, b) => a - b);
  const [best, median, worst] = [scored[0]!, scored[scored.length >> 1]!, scored.at(-1)!];
  const scale = median - best || worst - best || 1;
  const squeezed = Float64Array.from(losses, (loss) =>
    log1p(((loss === null ? worst : loss / largest) - best) / scale),
  );
  const mean = squeezed.reduce((sum, one) => sum + one, 0) / squeezed.length;
  const deviation = sqrt(squeezed.reduce((sum, one) => sum + (one - mean) ** 2, 0) / squeezed.length) || 1;
  return squeezed.map((one) => (one - mean) / deviation);
}
