import { entropyOf, lossOfEqualOdds } from '../analysis/score';
import type { Task } from './task';

/** One of several classes: softmax and cross-entropy. */
export const classification = {
  loss: 'cross-entropy',
  targets: 'class',
  output: 'logit',
  metrics: [
    {
      name: 'loss',
      title: 'loss',
      direction: 'minimize',
      scale: 'log',
      chanceLevel: ({ classes, validationLabels }) =>
        validationLabels === undefined ? lossOfEqualOdds(classes) : entropyOf(validationLabels),
    },
    {
      name: 'accuracy',
      title: 'accuracy',
      direction: 'maximize',
      scale: 'linear',
      chanceLevel: ({ classes }) => 1 / classes,
    },
    {
      name: 'macroF1',
      title: 'macro F1',
      direction: 'maximize',
      scale: 'linear',
      // Of one answer for all: F1 = 2 p / (1 + p) of its class, 0 of all others.
      chanceLevel: ({ classes }) => 2 / (classes * (classes + 1)),
    },
    {
      name: 'balancedAccuracy',
      title: 'balanced accuracy',
      direction: 'maximize',
      scale: 'linear',
      chanceLevel: ({ classes }) => 1 / classes,
    },
    { name: 'auc', title: 'AUC', direction: 'maximize', scale: 'linear', chanceLevel: () => 0.5 },
    {
      name: 'expectedCalibrationError',
      title: 'calibration error',
      direction: 'minimize',
      scale: 'linear',
      // The shares of the classes are confidences that are right.
      chanceLevel: () => null,
    },
  ],
} as const satisfies Task;
