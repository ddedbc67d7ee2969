import { scaleOf } from '../analysis/scale';
import type { Objective } from '../words/study';

/** A number with three significant digits, e.g. `0.0123` or `3.2e-4`: no test here tells more. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value) || value === 0) return String(value);
  const size = Math.abs(value);
  if (size < 1e-3 || size >= 1e6)
    return value
      .toExponential(2)
      .replace(/\.?0+e/, 'e')
      .replace('e+', 'e');
  return String(size >= 1000 ? Math.round(value) : threeDigits(value));
}

/** A number rounded to three significant digits, so that a decided rate reads as well in a file as in a sentence. */
export function threeDigits(value: number): number {
  return Number(value.toPrecision(3));
}

/**
 * A difference on the objective's scale, for people: by which factor losses differ, e.g. `a factor of 1.25`, and by how
 * much shares do.
 */
export function formatDifference(gain: number, objective: Objective): string {
  return scaleOf(objective) === 'log' ? `a factor of ${formatNumber(Math.exp(gain))}` : formatNumber(gain);
}

/** Where a difference may lie, e.g. `1.04 to 1.5`. */
export function formatInterval([from, to]: readonly [number, number], objective: Objective): string {
  const text = (gain: number): string => formatNumber(scaleOf(objective) === 'log' ? Math.exp(gain) : gain);
  return `${text(from)} to ${text(to)}`;
}

/** A probability in a sentence, e.g. `P = 0.97`; none is certain. */
export function formatProbability(probability: number): string {
  if (probability > 0.99) return 'P > 0.99';
  return probability < 0.01 ? 'P < 0.01' : `P = ${probability.toFixed(2)}`;
}

/** A duration for people, e.g. `0.85 s` or `310 ms`. */
export function formatSeconds(seconds: number): string {
  return seconds < 1 ? `${formatNumber(seconds * 1000)} ms` : `${formatNumber(seconds)} s`;
}

/** A count with its noun, e.g. `1 seed`, `3 seeds`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
