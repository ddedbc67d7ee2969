import type { OptimizerName } from '../study';

interface Family {
  /** Range of learning rates worth a test. */
  readonly from: number;
  readonly to: number;
  /** Exponent of the batch size by which the learning rate follows it. */
  readonly scaling: 0.5 | 1;
}

const GRADIENT_SIZED: Family = { from: 1e-5, to: 10, scaling: 1 };
const NORMALIZED: Family = { from: 1e-6, to: 1, scaling: 0.5 };

/**
 * How an optimizer's learning rate behaves.
 *
 * Steps as large as the gradient scale linearly with the batch size, steps normalized by its size with the square root. Adagrad's
 * shrink with time, so its rates are as large as those of sgd.
 *
 * Source: P. Goyal et al., "Accurate, Large Minibatch SGD", 2017 (arXiv:1706.02677); S. Malladi et al., "On the SDEs and Scaling
 * Rules for Adaptive Gradient Algorithms", NeurIPS 2022 (arXiv:2205.10287).
 */
export const OPTIMIZER_FAMILIES: Readonly<Record<OptimizerName, Family>> = {
  sgd: GRADIENT_SIZED, momentum: GRADIENT_SIZED, nesterov: GRADIENT_SIZED,
  adam: NORMALIZED, adamw: NORMALIZED, rmsprop: NORMALIZED, adagrad: { ...GRADIENT_SIZED, scaling: 0.5 },
};

/** The learning rate that goes with another batch size. */
export function coScaledLearningRate(optimizer: OptimizerName, learningRate: number, batchSize: number, newBatchSize: number): number {
  return learningRate * (newBatchSize / batchSize) ** OPTIMIZER_FAMILIES[optimizer].scaling;
}
