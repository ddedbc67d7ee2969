import type { OptimizerName } from '../words/study';
import { power } from '../search/power';

interface Family {
  /** Range of learning rates worth a test. */
  readonly from: number;
  readonly to: number;
  /** Exponent of the batch size by which the learning rate follows it. */
  readonly scaling: 0.5 | 1;
  /** What the rate with the lowest loss of a range test is divided by. */
  readonly belowLowest: 4 | 10;
}

const GRADIENT_SIZED: Family = { from: 1e-5, to: 10, scaling: 1, belowLowest: 10 };
const NORMALIZED: Family = { from: 1e-6, to: 1, scaling: 0.5, belowLowest: 10 };

/**
 * How an optimizer's learning rate behaves.
 *
 * Steps as large as the gradient scale linearly with the batch size, steps normalized by its size with the square root.
 * Adagrad's shrink with time, so its rates are as large as those of sgd.
 *
 * Of plain sgd a quarter of the lowest loss's rate is taken, which is Smith's advice: a decade below measured 2.5 to 6
 * times too low against constant rates, while it was right for momentum and Adam (`bench/lr-range-test`). Why they
 * differ was not tested.
 *
 * Source: P. Goyal et al., "Accurate, Large Minibatch SGD", 2017 (arXiv:1706.02677); S. Malladi et al., "On the SDEs
 * and Scaling Rules for Adaptive Gradient Algorithms", NeurIPS 2022 (arXiv:2205.10287); L. N. Smith, WACV 2017, section
 * 3.3 (arXiv:1506.01186).
 */
export const OPTIMIZER_FAMILIES: Readonly<Record<OptimizerName, Family>> = {
  sgd: { ...GRADIENT_SIZED, belowLowest: 4 },
  momentum: GRADIENT_SIZED,
  nesterov: GRADIENT_SIZED,
  adam: NORMALIZED,
  adamw: NORMALIZED,
  rmsprop: NORMALIZED,
  adagrad: { ...GRADIENT_SIZED, scaling: 0.5 },
};

/** The learning rate that goes with another batch size. */
export function coScaledLearningRate(
  optimizer: OptimizerName,
  learningRate: number,
  batchSize: number,
  newBatchSize: number,
): number {
  return learningRate * power(newBatchSize / batchSize, OPTIMIZER_FAMILIES[optimizer].scaling);
}
