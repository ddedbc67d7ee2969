/**
 * The registry of tasks: a task is a file and a line in `TASKS`. A metric of one name is the same in every task that has
 * it, but for its chance level.
 *
 * @module
 */
import type { ResolvedStudy, TaskSpec } from '../words/study';
import { classification } from './classification';
import { multiLabel } from './multi-label';
import { regression } from './regression';
import type { Metric, TargetStatistics, Task } from './task';

export type { Metric, TargetStatistics, Task } from './task';

export const TASKS = { classification, multiLabel, regression } as const satisfies Readonly<Record<string, Task>>;

export type TaskName = keyof typeof TASKS;

export type MetricName = (typeof TASKS)[TaskName]['metrics'][number]['name'];

/** A metric of the validation split: what an objective is. */
export type ValidationMetric = `val${Capitalize<MetricName>}`;

/** Values of one evaluation by name; `null` for one that was not finite, or that the split's targets do not define. */
export type Values<Name extends string> = Readonly<Partial<Record<Name, number | null>>>;

export const validationName = (name: MetricName): ValidationMetric =>
  `val${name.charAt(0).toUpperCase()}${name.slice(1)}` as ValidationMetric;

/** What people call a metric, with or without `val`: e.g. `accuracy`. */
export const titleOf = (name: string): string =>
  [...METRICS].find(([validation, metric]) => name === validation || name === metric.name)?.[1].title ?? name;

/** The values of the validation split by the names that an objective may have. */
export function validationValues(values: Values<MetricName>): Values<ValidationMetric> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [validationName(name as MetricName), value]));
}

const METRICS = new Map<ValidationMetric, Metric>(
  Object.values<Task>(TASKS).flatMap(({ metrics }) =>
    metrics.map((metric) => [validationName(metric.name as MetricName), metric] as const),
  ),
);

/** Every name that an objective may have. */
export const VALIDATION_METRICS: readonly ValidationMetric[] = [...METRICS.keys()];

/** The task of a study; a classification unless it says otherwise. */
export const taskOf = ({ task }: { readonly task?: TaskSpec | undefined }): Task =>
  TASKS[task?.name ?? 'classification'];

/** What people look at first of a test, besides its loss. */
export function headlineMetricOf(study: Pick<ResolvedStudy, 'task'>): {
  readonly name: MetricName;
  readonly title: string;
} {
  const { name, title } = taskOf(study).metrics[1]!;
  return { name: name as MetricName, title };
}

/** Names that an objective of a task may have. */
export const validationMetricsOf = (task: TaskName): readonly ValidationMetric[] =>
  TASKS[task].metrics.map(({ name }) => validationName(name));

/** What a loss must be below of a model that has learnt anything. */
export function chanceLossOf({ task, classes, targets = [], validationLabels }: LossFacts): number {
  const regressionLoss = task?.name === 'regression' ? task : undefined;
  const level = taskOf({ task }).metrics[0]?.chanceLevel({
    classes,
    targets,
    ...(validationLabels && { validationLabels }),
    ...(regressionLoss && { regressionLoss }),
  });
  return level ?? Infinity;
}

/** What a chance level follows from. */
export interface LossFacts extends Pick<ResolvedStudy, 'task'> {
  readonly classes: number;
  readonly targets?: readonly TargetStatistics[];
  readonly validationLabels?: readonly number[];
}

/** The metric behind the name of a validation's. @throws RangeError for a name that no task has. */
export function metricNamed(name: ValidationMetric): Metric {
  const metric = METRICS.get(name);
  if (metric === undefined) throw new RangeError(`metric must be one of ${VALIDATION_METRICS.join(', ')}, got ${name}`);
  return metric;
}
