import type { RegressionLoss } from '../words/study';
import type { TargetFacts, Task } from './task';

/** Numbers: mean squared, mean absolute or Huber loss, on average over the targets. */
export const regression = {
  loss: 'mean squared, mean absolute or Huber loss',
  targets: 'numbers',
  output: 'number',
  metrics: [
    {
      name: 'loss',
      title: 'loss',
      direction: 'minimize',
      scale: 'log',
      chanceLevel: (facts) => chanceLoss(facts),
    },
    { name: 'r2', title: 'R²', direction: 'maximize', scale: 'linear', chanceLevel: () => 0 },
    {
      name: 'mse',
      title: 'mean squared error',
      direction: 'minimize',
      scale: 'log',
      chanceLevel: ({ targets }) => meanOf(targets.map(({ variance }) => variance)),
    },
    {
      name: 'mae',
      title: 'mean absolute error',
      direction: 'minimize',
      scale: 'log',
      chanceLevel: ({ targets }) => meanOf(targets.map(({ deviation }) => deviation)),
    },
  ],
} as const satisfies Task;

/** The mean answers squares best, the median absolute errors; of a Huber loss, which is below both, their bound. */
function chanceLoss({ targets, regressionLoss = { loss: 'mse' } }: TargetFacts): number | null {
  return meanOf(targets.map(({ variance, deviation }) => chanceOf(regressionLoss, variance, deviation)));
}

function chanceOf(regressionLoss: RegressionLoss, variance: number, deviation: number): number {
  if (regressionLoss.loss === 'huber') return Math.min(variance / 2, regressionLoss.delta * deviation);
  return regressionLoss.loss === 'mse' ? variance : deviation;
}

const meanOf = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
