/**
 * Metrics of a test as people read them.
 *
 * @module
 */
import { type MetricName, titleOf, type Values } from '../../workflows/tasks';

/** What was measured besides the loss and the accuracy, by its title; what the test examples do not define is left out. */
export function furtherValues(values: Values<MetricName>): readonly [string, number][] {
  return Object.entries(values).flatMap(([name, value]): [string, number][] =>
    name !== 'loss' && name !== 'accuracy' && typeof value === 'number' ? [[titleOf(name), value]] : [],
  );
}
