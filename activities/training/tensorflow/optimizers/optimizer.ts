import type { OptimizerSpec } from '../../../../workflows/words/study';
import type { tf } from '../native';

/** What an update may use besides the gradient. */
export interface UpdateInputs {
  readonly gradient: tf.Tensor;
  /** In the order of `Optimizer.slots`. */
  readonly slots: readonly tf.Tensor[];
  /** `learningRate`, `momentum` and what `Optimizer.scalars` names. */
  scalar(name: string): tf.Scalar;
}

/**
 * An optimizer: a pure update of one variable, in Keras 3's arithmetic.
 *
 * `update` is recorded into a graph, so it must be made of tensor ops alone; what depends on the step comes in by
 * `scalars`.
 */
export interface Optimizer {
  /** Names of the state kept per variable. */
  readonly slots: readonly string[];
  /** Start value of every slot; 0 unless said. */
  initialSlot?(spec: OptimizerSpec): number;
  /** Numbers of its own for one step, counted from 1. */
  scalars?(spec: OptimizerSpec, step: number): Readonly<Record<string, number>>;
  /** What to subtract from the variable, and the new slots. */
  update(inputs: UpdateInputs): { readonly decrement: tf.Tensor; readonly slots: readonly tf.Tensor[] };
}
