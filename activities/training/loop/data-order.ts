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
import type { TrainJob } from '../../trial/protocol';
import type { LoadedDataset } from '../examples/dataset';
import type { TrialFacts } from './trial-facts';

export interface DataOrder {
  /** Indices of `batchSize` examples from a place in the stream on. */
  batch(from: number, batchSize: number): Int32Array;
}

/** The examples of a pass in their order; a function of nothing else. */
type Pass = (pass: number) => Int32Array;

/**
 * The order of one trial: every example once a pass.
 *
 * @param examples Indices of the training split; at least one.
 * @param seed The trial's seed; pass `p` is shuffled by `deriveSeed(seed, 'order', p)`.
 */
export function createDataOrder(examples: Int32Array, seed: number): DataOrder {
  return orderOf(examples.length, (pass) =>
    permutation(examples.length, deriveSeed(seed, 'order', pass)).map((place) => examples[place]!),
  );
}

/**
 * An order in which every class that there is comes equally often, in passes of as many examples as `createDataOrder`
 * has: place `s` of the stream, before each pass is shuffled, is of class `s mod classes`, and each class goes through
 * its own examples in passes of its own. So large classes are seen in part, and small ones more than once.
 *
 * @param labels By example.
 */
export function createBalancedOrder(examples: Int32Array, labels: Int32Array, seed: number): DataOrder {
  const byClass = [...new Set(examples.map((example) => labels[example]!))]
    .sort((a, b) => a - b)
    .map((label) =>
      classStream(
        label,
        examples.filter((example) => labels[example] === label),
        seed,
      ),
    );
  return orderOf(examples.length, (pass) => {
    const first = pass * examples.length;
    const dealt = Int32Array.from(examples, (_, i) => {
      const place = first + i;
      return byClass[place % byClass.length]!(Math.floor(place / byClass.length));
    });
    return permutation(dealt.length, deriveSeed(seed, 'order', pass)).map((place) => dealt[place]!);
  });
}

/** The order that a job asks for. */
export const trialOrder = (
  { trial: { seed }, sampler }: TrainJob,
  { split }: TrialFacts,
  { train }: LoadedDataset,
): DataOrder =>
  sampler === 'balanced' ? createBalancedOrder(split.train, train.labels, seed) : createDataOrder(split.train, seed);

/** The examples of a class by their place in its endless stream; cheap where places ascend. */
function classStream(label: number, examples: Int32Array, seed: number): (place: number) => number {
  let held: { readonly pass: number; readonly order: Int32Array } | undefined;
  return (place) => {
    const pass = Math.floor(place / examples.length);
    if (held?.pass !== pass)
      held = { pass, order: permutation(examples.length, deriveSeed(seed, 'class', label, pass)) };
    return examples[held.order[place - pass * examples.length]!]!;
  };
}

function orderOf(length: number, passOf: Pass): DataOrder {
  // Batches that are read ahead may lie in the next pass while the current one is still asked for.
  let held: readonly { readonly pass: number; readonly order: Int32Array }[] = [];
  const heldPass: Pass = (pass) => {
    const known = held.find((one) => one.pass === pass);
    if (known !== undefined) return known.order;
    const order = passOf(pass);
    held = [{ pass, order }, ...held.slice(0, 1)];
    return order;
  };
  return {
    batch(from, batchSize) {
      const batch = new Int32Array(batchSize);
      for (let i = 0; i < batchSize; i++) {
        const position = from + i;
        const pass = Math.floor(position / length);
        batch[i] = heldPass(pass)[position - pass * length]!;
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
