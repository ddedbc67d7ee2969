/**
 * Which examples train, validate and test: one rule, shared by what plans a study and what trains it.
 *
 * @module
 */
import { deriveSeed, permutation } from '../../../workflows/search/random';
import type { DatasetSpec } from '../../../workflows/spec';
import type { PinnedDataset } from '../../../workflows/words/study';
import type { SplitDraw } from '../../../workflows/words/trial';
import { DatasetInvalid } from '../errors';

export type SplitSpec = PinnedDataset['split'];

/** Indices of examples, in the order of the draw. */
export interface SplitIndices {
  /** Of the training part. */
  readonly train: Int32Array;
  /** Of the training part. */
  readonly validation: Int32Array;
  /** Of the data set's own test part, or of its training part where `testFrom` is `train`. */
  readonly test: Int32Array;
}

/**
 * Indices of each part of a data set: one permutation of the training part, cut into validation, then held-out test,
 * then the rest.
 *
 * The order matters: validation comes first, so that a study with and without a held-out test validates on the same
 * examples.
 *
 * @param draw Which of the examples that do not test validate; by default the study's own.
 * @throws RangeError if a part is empty, or a fold is not there; `splitOf` and stages make none such.
 */
export function splitIndices(
  { seed, trainExamples, validationExamples, testExamples, testFrom, validationFrom }: SplitSpec,
  draw: SplitDraw = {},
): SplitIndices {
  if (Math.min(trainExamples, validationExamples, testExamples) < 1) {
    throw new RangeError(
      `each part needs at least 1 example, got train=${trainExamples}, validation=${validationExamples}, test=${testExamples}`,
    );
  }
  const heldOut = testFrom === 'train' ? testExamples : 0;
  const order =
    validationFrom === 'end'
      ? lastFirst(validationExamples, permutation(heldOut + trainExamples, seed))
      : permutation(validationExamples + heldOut + trainExamples, seed);
  const others = new Int32Array(validationExamples + trainExamples);
  others.set(order.subarray(0, validationExamples));
  others.set(order.subarray(validationExamples + heldOut), validationExamples);
  return {
    ...drawn(others, validationExamples, draw),
    test:
      testFrom === 'train'
        ? order.slice(validationExamples, validationExamples + heldOut)
        : Int32Array.from({ length: testExamples }, (_, i) => i),
  };
}

function drawn(
  examples: Int32Array,
  validationExamples: number,
  { seed, fold = 0 }: SplitDraw,
): Pick<SplitIndices, 'train' | 'validation'> {
  const order = seed === undefined ? examples : permutation(examples.length, seed).map((place) => examples[place]!);
  const [from, to] = [fold * validationExamples, (fold + 1) * validationExamples];
  if (to > order.length)
    throw new RangeError(`fold must be below ${Math.floor(order.length / validationExamples)}, got fold=${fold}`);
  const train = new Int32Array(order.length - validationExamples);
  train.set(order.subarray(0, from));
  train.set(order.subarray(to), from);
  return { validation: order.slice(from, to), train };
}

/** The examples after those in the order, then the order. */
function lastFirst(examples: number, order: Int32Array): Int32Array {
  const all = Int32Array.from({ length: examples + order.length }, (_, i) => order.length + i);
  all.set(order, examples);
  return all;
}

/** Labels by class, of the examples at these indices. */
export function labelCounts(labels: ArrayLike<number>, indices: Int32Array, classes: number): readonly number[] {
  const counts = Array<number>(classes).fill(0);
  for (const index of indices) counts[labels[index]!]! += 1;
  return counts;
}

/**
 * How many examples each part of a study gets, and the seed that draws them.
 *
 * The test examples are the data set's own test part, unless `testFraction` asks to hold them out of the training part.
 * A data set without a test part has as many held out as for validation.
 *
 * @param testPart Examples of the data set's own test part; `null` if it has none.
 * @param validationPart Examples of its own validation part, which come after those of its training part.
 * @throws DatasetInvalid if a part would be empty.
 */
export function splitOf(
  spec: DatasetSpec,
  studySeed: number,
  trainPart: number,
  testPart: number | null,
  validationPart: number | null = null,
): SplitSpec {
  const { validationFraction, testFraction, folds } = spec;
  if (folds !== undefined && validationPart !== null)
    throw new DatasetInvalid(
      `dataset.validation.folds must be left out: the data set has a validation part of its own, of ${validationPart} examples`,
    );
  const held = testFraction ?? (testPart === null ? validationFraction : undefined);
  const heldOut = held === undefined ? 0 : Math.round(held * trainPart);
  // Folds are of one size, so that all train as many steps: what is left over trains in each of them.
  const drawn =
    folds === undefined ? Math.round(validationFraction * trainPart) : Math.floor((trainPart - heldOut) / folds);
  const validationExamples = validationPart ?? drawn;
  const testExamples = held === undefined ? (testPart ?? 0) : heldOut;
  const trainExamples = trainPart - (validationPart === null ? validationExamples : 0) - heldOut;
  if (Math.min(trainExamples, validationExamples, testExamples) < 1) {
    const heldWords =
      held === undefined
        ? ''
        : `, testFraction=${held}${testFraction === undefined ? ' (as validationFraction: the data set has no test part)' : ''}`;
    throw new DatasetInvalid(
      `each part must have at least 1 example, got train=${trainExamples}, validation=${validationExamples}, test=${testExamples} of ${trainPart} with validationFraction=${validationFraction}${heldWords}; change the fractions`,
    );
  }
  return {
    seed: deriveSeed(studySeed, 'split'),
    trainExamples,
    validationExamples,
    testExamples,
    testFrom: held === undefined ? 'test' : 'train',
    ...(folds !== undefined && { folds }),
    ...(validationPart !== null && { validationFrom: 'end' as const }),
  };
}
