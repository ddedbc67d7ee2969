import { lossOfEqualOdds } from '../analysis/score';
import type { Task } from './task';

/** One of several classes: softmax and cross-entropy. */
export const classification = {
  loss: 'cross-entropy',
  metrics: [
    {
      name: 'loss',
      title: 'loss',
      direction: 'minimize',
      scale: 'log',
      chanceLevel: ({ classes }) => lossOfEqualOdds(classes),
    },
    {
      name: 'accuracy',
      title: 'accuracy',
      direction: 'maximize',
      scale: 'linear',
      chanceLevel: ({ classes }) => 1 / classes,
    },
  ],
} as const satisfies Task;
