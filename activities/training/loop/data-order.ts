/**
 * The order that a trial sees its examples in: an endless stream of shuffled passes, cut into full batches. A batch
 * follows from its place in the stream alone, so a resumed trial has nothing to restore, and batches of other sizes cut
 * the same stream.
 *
 * @module
 */
import { deriveSeed, permutation } from '../../../workflows/search/random';
import { examplesAfter, phaseAt } from '../../../workflows/trials/length';
import type { Announcements } from '../engine';
import type { TrialFacts } from './trial-facts';

export interface DataOrder {
  /** Indices of `batchSize` examples from a place in the stream on. */
  batch(from: number, batchSize: number): Int32Array;
}

/**
 * The order of one trial.
 *
 * @param examples Indices of the training split; at least one.
 * @param seed The trial's seed; pass `p` is shuffled by `deriveSeed(seed, 'order', p)`.
 */
export function createDataOrder(examples: Int32Array, seed: number): DataOrder {
  // Batches that are read ahead may lie in the next pass while the current one is still asked for.
  let held: readonly { readonly pass: number; readonly order: Int32Array }[] = [];
  const orderOf = (pass: number): Int32Array => {
    const known = held.find((one) => one.pass === pass);
    if (known !== undefined) return known.order;
    const order = permutation(examples.length, deriveSeed(seed, 'order', pass));
    held = [{ pass, order }, ...held.slice(0, 1)];
    return order;
  };
  return {
    batch(from, batchSize) {
      const batch = new Int32Array(batchSize);
      for (let i = 0; i < batchSize; i++) {
        const position = from + i;
        const pass = Math.floor(position / examples.length);
        batch[i] = examples[orderOf(pass)[position - pass * examples.length]!]!;
      }
      return batch;
    },
  };
}

/** One batch to be there when a step ends, one more for a disk that is slow for once. */
const STEPS_AHEAD = 2;

/** The examples of each step of a trial, announced to an engine that reads them from the disk. */
export class StepBatches {
  constructor(
    private readonly order: DataOrder,
    private readonly ahead: Announcements | undefined,
  ) {}

  /** The examples of the step that follows `step` others. */
  at(step: number, { phases }: TrialFacts): Int32Array {
    return this.order.batch(examplesAfter(phases, step), phaseAt(phases, step).batchSize);
  }

  /** Says what the steps after this one will ask for. Growth by noise may turn out otherwise. */
  announceAfter(step: number, facts: TrialFacts): void {
    const { ahead } = this;
    for (let next = step + 1; ahead !== undefined && next <= step + STEPS_AHEAD && next < facts.stepsTotal; next++)
      ahead.step(this.at(next, facts));
  }
}
