import { formatNumber } from '../format';
import type { SweepView } from './view';

/**
 * Cross-entropy, by the labels themselves, of a network that answers with its smoothed targets exactly. Trained longer, it
 * comes closer to this and not below.
 *
 * Source: C. Szegedy et al., "Rethinking the Inception Architecture for Computer Vision", CVPR 2016, section 7.
 *
 * @param smoothing Weight of the uniform distribution in the training targets, from 0 to 1.
 */
export function smoothingFloor(smoothing: number, classes: number): number {
  return -Math.log(1 - smoothing + smoothing / classes);
}

/**
 * What label smoothing has against it where trials are compared by their validation loss, which is by the labels
 * themselves whatever a trial trains with.
 */
export function smoothingWarnings({
  configurations,
  facts: { objective, classes },
  options: { space },
}: SweepView): readonly string[] {
  if (objective.metric !== 'valLoss' || !('labelSmoothing' in space)) return [];
  const smoothings = configurations.map(({ hparams }) => Number(hparams['labelSmoothing'] ?? 0));
  const plain = configurations.flatMap(({ score }, i) => (score !== null && smoothings[i] === 0 ? [score] : []));
  const lowest = Math.min(...plain);
  const hopeless = smoothings.filter((smoothing) => smoothingFloor(smoothing, classes) > lowest);
  if (hopeless.length === 0) return [];
  const least = Math.min(...hopeless);
  return [
    `label smoothing of ${formatNumber(least)} or more could not win by valLoss: a network that meets such targets exactly has a validation loss of ${formatNumber(smoothingFloor(least, classes))}, and ${formatNumber(lowest)} was reached without; for its sake set objective.metric to valAccuracy`,
  ];
}
