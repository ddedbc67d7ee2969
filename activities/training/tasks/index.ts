/**
 * How the answers of a task are judged, on numbers alone: each task's metrics in one pass over an evaluation's rows.
 *
 * @module
 */
import type { PackedManifest } from '../../datasets/packed/packed';
import type { TaskSpec } from '../../../workflows/words/study';
import { ClassificationScorer } from './classification';
import { MultiLabelScorer } from './multi-label';
import { RegressionScorer } from './regression';
import type { Scorer } from './scorer';

export { classWeightsOf, unknownClasses } from './class-weights';
export { classificationRow } from './classification';
export { SCORES_MAX, type Scorer } from './scorer';

/** A scorer for so many examples of a data set. */
export function scorerOf(
  { classNames }: Pick<PackedManifest, 'classNames'>,
  examples: number,
  task?: TaskSpec,
): Scorer {
  if (task === undefined) return new ClassificationScorer(classNames, examples);
  return task.name === 'multiLabel'
    ? new MultiLabelScorer(classNames.length, examples)
    : new RegressionScorer(classNames.length);
}
