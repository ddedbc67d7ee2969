import { formatNumber } from '../../workflows/stages/format';
import type { BestTraining, LearningCurve, SearchPoint } from '../../workflows/words/insights';
import { overfitting, unfinished } from './analysis/learning-curve';
import type { Search } from './search';

/** From this share of the points on it is the sweep's length and not one point's bad luck. */
const MANY = 0.5;
const POINTS_MIN = 4;

/** Whether the trainings of a search as a whole were too long or too short for what they show. */
export function lengthWarnings({ points, stopsEarly }: Search): readonly string[] {
  const trained = points.filter(({ curve }) => curve !== undefined);
  const many = (of: (curve: LearningCurve, point: SearchPoint) => boolean): string | undefined => {
    const number = trained.filter((point) => of(point.curve ?? [], point)).length;
    return trained.length >= POINTS_MIN && number >= MANY * trained.length
      ? `${number} of ${trained.length} points`
      : undefined;
  };
  const long = many((curve) => overfitting(curve) !== null);
  const short = many((curve, { reachedLimit }) => reachedLimit && unfinished(curve) !== null);
  return [
    ...(long === undefined
      ? []
      : [
          `${long} overfit: fewer epochs${stopsEarly ? '' : ', training.earlyStopping'} or stronger regularization would spend less on them`,
        ]),
    ...(short === undefined
      ? []
      : [`${short} were still learning at the end: in longer trainings (epochs) another point may be the best`]),
  ];
}

/** What the learning curve of the best training says of its length, a sentence each. */
export function bestWarnings(best: BestTraining | undefined): readonly string[] {
  if (best === undefined) return [];
  const { subject, curve, reachedLimit, isBestLate } = best;
  const over = overfitting(curve);
  const short = reachedLimit ? unfinished(curve) : null;
  if (over === null && short === null)
    return isBestLate ? ['the best epoch is in the last quarter of the training: more epochs may help'] : [];
  return [
    ...(over === null
      ? []
      : [
          `${subject} overfits: its validation loss was lowest at epoch ${over.epoch} of ${over.lastEpoch} and has risen by ${formatNumber(100 * over.rise)} % since, while the training loss fell`,
        ]),
    ...(short === null
      ? []
      : [
          `${subject} was still learning at its last epoch: a third as many epochs again would lower its validation loss by about ${formatNumber(100 * short.gain)} %`,
        ]),
  ];
}
