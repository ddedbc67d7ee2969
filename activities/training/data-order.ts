/**
 * The order that a trial sees its examples in: an endless stream of shuffled passes, cut into full batches. Where a step's batch lies
 * follows from the step's number alone, so a resumed trial has nothing to restore.
 *
 * @module
 */
import { deriveSeed, permutation } from '../../workflows/search/random';

export interface DataOrder {
  /** Indices of the examples of a step, counted from 0. */
  batch(step: number): Int32Array;
}

/**
 * The order of one trial.
 *
 * @param examples Indices of the training split; at least one.
 * @param seed The trial's seed; pass `p` is shuffled by `deriveSeed(seed, 'order', p)`.
 */
export function createDataOrder(examples: Int32Array, batchSize: number, seed: number): DataOrder {
  let held: { readonly pass: number; readonly order: Int32Array } = { pass: -1, order: new Int32Array(0) };
  const orderOf = (pass: number): Int32Array => {
    if (held.pass !== pass) held = { pass, order: permutation(examples.length, deriveSeed(seed, 'order', pass)) };
    return held.order;
  };
  return {
    batch(step) {
      const batch = new Int32Array(batchSize);
      for (let i = 0; i < batchSize; i++) {
        const position = step * batchSize + i;
        const pass = Math.floor(position / examples.length);
        batch[i] = examples[orderOf(pass)[position - pass * examples.length]!]!;
      }
      return batch;
    },
  };
}
