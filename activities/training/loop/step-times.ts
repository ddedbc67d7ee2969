import type { Measurement } from '../../../workflows/words/trial';

/** The value below which a share of the sorted numbers lies, interpolated between neighbours. */
function quantile(sorted: readonly number[], share: number): number {
  const position = share * (sorted.length - 1);
  const below = sorted[Math.floor(position)] ?? Number.NaN;
  const above = sorted[Math.ceil(position)] ?? Number.NaN;
  return below + (above - below) * (position - Math.floor(position));
}

/** Spread of the step times after the first `warmupSteps`; `null` if none is left. A resumed trial warms up again. */
export function summarizeStepTimes(seconds: readonly number[], warmupSteps: number): Measurement['stepSeconds'] {
  const sorted = seconds.slice(warmupSteps).sort((a, b) => a - b);
  if (sorted.length === 0) return null;
  return {
    median: quantile(sorted, 0.5),
    p10: quantile(sorted, 0.1),
    p90: quantile(sorted, 0.9),
    count: sorted.length,
  };
}
