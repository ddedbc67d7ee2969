import type { MetricName, Values } from '../../../workflows/tasks';
import type { Evaluation } from '../../../workflows/words/outcome';

/** Judges answers in one pass, in doubles and in the order of the examples, so that its bits follow from these alone. */
export interface Scorer {
  /** The next examples, as the rows that an engine's evaluation gives. */
  add(rows: readonly Float32Array[]): void;
  values(): Values<MetricName>;
  /** What only a test is asked for. */
  details(): Omit<Evaluation, 'values' | 'examples'>;
}

/** Scores of all examples that are held for metrics that need them together; 64 MiB. */
export const SCORES_MAX = 2 ** 24;

/** A number as results carry it. */
export const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** `null` of an empty list. */
export const meanOf = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
