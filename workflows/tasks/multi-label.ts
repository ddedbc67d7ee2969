import type { Task } from './task';

/** Any number of labels, each there or not: sigmoid and binary cross-entropy, on average over the labels. */
export const multiLabel = {
  loss: 'binary cross-entropy',
  targets: 'labels',
  output: 'logit',
  metrics: [
    {
      name: 'loss',
      title: 'loss',
      direction: 'minimize',
      scale: 'log',
      // Of the share of each label as its probability.
      chanceLevel: ({ targets }) => meanOf(targets.map(({ mean }) => entropy(mean))),
    },
    {
      name: 'macroF1',
      title: 'macro F1',
      direction: 'maximize',
      scale: 'linear',
      chanceLevel: ({ targets }) => meanOf(targets.map(({ mean }) => f1OfAll(mean))),
    },
    {
      name: 'microF1',
      title: 'micro F1',
      direction: 'maximize',
      scale: 'linear',
      chanceLevel: ({ targets }) => {
        const mean = meanOf(targets.map((target) => target.mean));
        return mean === null ? null : f1OfAll(mean);
      },
    },
    { name: 'auc', title: 'AUC', direction: 'maximize', scale: 'linear', chanceLevel: () => 0.5 },
    {
      name: 'meanAveragePrecision',
      title: 'mean average precision',
      direction: 'maximize',
      scale: 'linear',
      chanceLevel: ({ targets }) => meanOf(targets.flatMap(({ mean }) => (mean > 0 ? [mean] : []))),
    },
    {
      name: 'exactMatch',
      title: 'exact match',
      direction: 'maximize',
      scale: 'linear',
      // As if the labels were independent.
      chanceLevel: ({ targets }) => targets.reduce((product, { mean }) => product * Math.max(mean, 1 - mean), 1),
    },
  ],
} as const satisfies Task;

const meanOf = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;

const entropy = (share: number): number =>
  [share, 1 - share].reduce((sum, part) => (part > 0 ? sum - part * Math.log(part) : sum), 0);

/** Of whoever always answers that a label of this share is there. */
const f1OfAll = (share: number): number => (2 * share) / (1 + share);
