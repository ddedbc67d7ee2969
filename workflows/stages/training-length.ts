import { overfitting, unfinished } from '../analysis/learning-curve';
import type { EpochMeasurement } from '../words/trial';
import { formatNumber } from './format';

type LearningCurve = readonly EpochMeasurement[];

export const overfits = (curve: LearningCurve): boolean => overfitting(curve) !== null;

export const stillLearns = (curve: LearningCurve): boolean => unfinished(curve) !== null;

/**
 * What a learning curve says of the length of its training, a sentence each.
 *
 * @param reachedLimit Whether the training ended at its limit: one that was stopped may well have been learning.
 */
export function curveWarnings(subject: string, curve: LearningCurve, reachedLimit: boolean): readonly string[] {
  const over = overfitting(curve);
  const short = reachedLimit ? unfinished(curve) : null;
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
