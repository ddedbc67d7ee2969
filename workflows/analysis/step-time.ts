/** A measured time per optimizer step. */
export interface StepTime {
  readonly batchSize: number;
  readonly seconds: number;
}

/** The line t(B) = overheadSeconds + secondsPerExample * B. */
export interface StepTimeFit {
  readonly overheadSeconds: number;
  readonly secondsPerExample: number;
  /** Batch size at which half of the time is overhead; Infinity if examples cost nothing that could be measured. */
  readonly knee: number;
  /** Root mean square of (fitted - measured) / measured. */
  readonly relativeError: number;
}

/**
 * Fit of a step's time by its overhead and its cost per example.
 *
 * Weighs relative errors: by absolute ones the largest batch alone would place the overhead. Neither part may be
 * negative.
 *
 * @returns `null` for fewer than two different batch sizes with times above 0.
 */
export function fitStepTime(times: readonly StepTime[]): StepTimeFit | null {
  const usable = times.filter(({ seconds }) => Number.isFinite(seconds) && seconds > 0);
  if (new Set(usable.map(({ batchSize }) => batchSize)).size < 2) return null;
  const [overhead, slope] = nonNegativeLine(usable);
  const errors = usable.map(({ batchSize, seconds }) => (overhead + slope * batchSize - seconds) / seconds);
  const relativeError = Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length);
  return {
    overheadSeconds: overhead,
    secondsPerExample: slope,
    knee: slope === 0 ? Infinity : overhead / slope,
    relativeError,
  };
}

/** Least squares of (a + c B) / t = 1 over a, c >= 0. */
function nonNegativeLine(times: readonly StepTime[]): readonly [number, number] {
  let [uu, uv, vv, u1, v1] = [0, 0, 0, 0, 0];
  for (const { batchSize, seconds } of times) {
    const [u, v] = [1 / seconds, batchSize / seconds];
    uu += u * u;
    uv += u * v;
    vv += v * v;
    u1 += u;
    v1 += v;
  }
  const determinant = uu * vv - uv * uv;
  const overhead = (u1 * vv - v1 * uv) / determinant;
  const slope = (v1 * uu - u1 * uv) / determinant;
  if (!(overhead > 0)) return [0, v1 / vv];
  return slope > 0 ? [overhead, slope] : [u1 / uu, 0];
}
