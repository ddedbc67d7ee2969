import { z } from 'zod';
import { TASKS, validationMetricsOf, type TaskName, type ValidationMetric } from '../tasks';
import type { TaskSpec } from '../words/study';
import type { Problem } from './problem';

const regressionSchema = z.strictObject({
  name: z.literal('regression'),
  loss: z
    .enum(['mse', 'mae', 'huber'])
    .default('mse')
    .describe('Mean squared error, mean absolute error, or the Huber loss: squared below delta, absolute above.'),
  delta: z
    .number()
    .gt(0)
    .max(1e9)
    .optional()
    .describe('Of the Huber loss: the error from which it grows in proportion, in units of the targets; by default 1.'),
});

/** The tasks; their names alone stand for their defaults. */
export const taskSchema = z
  .union([
    z.enum(Object.keys(TASKS) as [TaskName, ...TaskName[]]),
    z.strictObject({ name: z.enum(['classification', 'multiLabel']) }),
    regressionSchema,
  ])
  .default('classification')
  .describe(
    'What is learnt of an image: its class, which labels it has (multiLabel), or numbers (regression). The last layer has an output for each, without an activation.',
  );

/** What trials are compared by where a study does not say. */
export const DEFAULT_METRIC = 'valLoss' satisfies ValidationMetric;

type TaskInput = z.output<typeof taskSchema>;

/** A task with its defaults; `undefined` for a classification. */
export function completeTask(task: TaskInput): TaskSpec | undefined {
  const name = typeof task === 'string' ? task : task.name;
  if (name === 'classification') return undefined;
  if (name === 'multiLabel') return { name };
  const { loss, delta = 1 }: { loss: 'mse' | 'mae' | 'huber'; delta?: number | undefined } =
    typeof task === 'object' && task.name === 'regression' ? task : { loss: 'mse' };
  return loss === 'huber' ? { name, loss, delta } : { name, loss };
}

/** What a study says that its task has not. */
export interface TaskUses {
  readonly task: unknown;
  readonly metric: unknown;
  readonly classWeights: unknown;
  readonly sampler: unknown;
  /** Where label smoothing is asked for. */
  readonly smoothing: readonly { readonly path: string; readonly value: unknown }[];
  /** Metrics that are bounded, with their places. */
  readonly bounded: readonly { readonly path: string; readonly metric: string; readonly value: unknown }[];
  /** Second objectives, with their places. */
  readonly seconds: readonly { readonly path: string; readonly value: unknown }[];
}

/** Metrics and options of other tasks than the study's. */
export function taskProblems(uses: TaskUses): readonly Problem[] {
  const { success, data } = taskSchema.safeParse(uses.task);
  if (!success) return [];
  const name = typeof data === 'string' ? data : data.name;
  const metrics: readonly string[] = validationMetricsOf(name);
  const known: readonly string[] = Object.keys(TASKS).flatMap((task) => validationMetricsOf(task as TaskName));
  const isForeign = (metric: unknown): boolean =>
    typeof metric === 'string' && known.includes(metric) && !metrics.includes(metric);
  const foreign = (path: string, value: unknown): Problem => ({
    path,
    rule: `must be a metric of the task ${name}`,
    value,
    fix: `take one of ${metrics.join(', ')}`,
  });
  const ofClasses = (path: string, value: unknown): readonly Problem[] =>
    value === undefined || name === 'classification' || value === 'shuffled'
      ? []
      : [{ path, rule: `must be left out of the task ${name}: it is about classes`, value }];
  const { delta, loss } = { delta: undefined, loss: undefined, ...(typeof data === 'object' ? data : {}) };
  return [
    ...(isForeign(uses.metric) ? [foreign('objective.metric', uses.metric)] : []),
    ...uses.bounded.filter(({ metric }) => isForeign(metric)).map(({ path, value }) => foreign(path, value)),
    ...uses.seconds.filter(({ value }) => isForeign(value)).map(({ path, value }) => foreign(path, value)),
    ...uses.seconds
      .filter(({ value }) => value === (uses.metric ?? DEFAULT_METRIC))
      .map(({ path, value }) => ({
        path,
        rule: 'must be another than objective.metric: there is nothing to trade',
        value,
        fix: `take one of ${metrics.filter((metric) => metric !== value).join(', ')}, parameters, deviceSeconds, peakBytes`,
      })),
    ...ofClasses('training.classWeights', uses.classWeights),
    ...ofClasses('training.sampler', uses.sampler),
    ...(name === 'regression'
      ? uses.smoothing.map(({ path, value }) => ({
          path,
          rule: 'must be left out of the task regression: numbers are not smoothed',
          value,
        }))
      : []),
    ...(delta !== undefined && loss !== 'huber'
      ? [
          {
            path: 'task.delta',
            rule: 'must be left out of another loss than huber',
            value: delta,
            fix: 'set loss: huber',
          },
        ]
      : []),
  ];
}
