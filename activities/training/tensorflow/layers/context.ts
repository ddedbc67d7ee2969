/**
 * What a layer may ask of the step that is running: hyperparameters as tensors, and randomness keyed by (seed, step).
 *
 * @module
 */
import { deriveSeed } from '../../../../workflows/search/random';
import { native, tf, typeAttribute } from '../native';
import type { MovingAverage } from './moving-average';

export interface StepContext {
  /** A hyperparameter of this step as a scalar tensor. @throws RangeError if the step has none of this name. */
  scalar(name: string): tf.Scalar;
  /** Uniform numbers in [0, 1); every call is a stream of its own. */
  uniform(shape: readonly number[]): tf.Tensor;
  /** Standard normal numbers; every call is a stream of its own. */
  normal(shape: readonly number[]): tf.Tensor;
  /** Has an average advanced at the end of the step, which then owns `batch`, a kept tensor. */
  average(average: MovingAverage): void;
  /** Those asked for so far, in order. */
  readonly averages: readonly MovingAverage[];
}

let current: StepContext | null = null;

/** The context of the running training step; `null` in evaluation. */
export function stepContext(): StepContext | null {
  return current;
}

/** Runs `body` as (part of) a training step. */
export function withStepContext<T>(context: StepContext, body: () => T): T {
  const outer = current;
  current = context;
  try {
    return body();
  } finally {
    current = outer;
  }
}

/**
 * A context whose random numbers are pure functions of `seed` (an int32 tensor of trial seed and step) and of the order
 * of calls. TensorFlow's stateless generators are counter-based (Philox), so nothing has to be saved to go on.
 */
export function createStepContext(scalars: ReadonlyMap<string, tf.Scalar>, seed: tf.Tensor1D): StepContext {
  let streams = 0;
  const averages: MovingAverage[] = [];
  const draw = (op: string, shape: readonly number[]): tf.Tensor => {
    const stream = tf.tensor1d([deriveSeed('stream', streams++), 0], 'int32');
    const attributes = [
      typeAttribute('dtype', 'float32'),
      typeAttribute('T', 'int32'),
      typeAttribute('Tseed', 'int32'),
    ];
    return native().executeSingleOutput(op, attributes, [tf.tensor1d([...shape], 'int32'), tf.add(seed, stream)]);
  };
  return {
    scalar(name) {
      const scalar = scalars.get(name);
      if (scalar === undefined) throw new RangeError(`the step has no scalar '${name}'`);
      return scalar;
    },
    uniform: (shape) => draw('StatelessRandomUniform', shape),
    normal: (shape) => draw('StatelessRandomNormal', shape),
    average: (average) => void averages.push(average),
    averages,
  };
}
