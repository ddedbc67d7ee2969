/**
 * How examples come into a step's graph.
 *
 * @module
 */
import { type GraphNode, typeOf } from '../compiled/graph';
import type { Feed } from '../compiled/session';
import type { ExampleSet } from '../../examples/dataset';
import type { Part } from '../../examples/read-ahead';

export interface InputPipeline {
  /** What the graph holds between runs. */
  readonly nodes: readonly GraphNode[];
  /** Fills it: once, with a fetch of `data/loaded`; `null` where it holds nothing. */
  load(): readonly Feed[] | null;
  /** Nodes `${prefix}/images`, float32 from 0 to 255, and `${prefix}/labels` of one batch: classes, or rows of targets. */
  batch(prefix: string, batchSize: number): GraphNode[];
  /** Feeds of batches of equal size, one a prefix; examples that do not divide are left out. */
  feeds(prefixes: readonly string[], part: Part, indices: Int32Array): Feed[];
  /** Says that a batch will be asked for soon; absent where nothing is gained by that. */
  readonly ahead?: (part: Part, indices: Int32Array) => void;
  close(): void;
}

/** float32 images from uint8 ones. */
export const castImages = (prefix: string, pixels: string): GraphNode => ({
  name: `${prefix}/images`,
  op: 'Cast',
  inputs: [pixels],
  attributes: { SrcT: typeOf('uint8'), DstT: typeOf('float32') },
});

/** What is learnt of the examples of a part: an int32 class each, or a row of float32 targets. */
export interface Answers {
  readonly dtype: 'int32' | 'float32';
  /** Of one example. */
  readonly shape: readonly number[];
  readonly values: Int32Array | Float32Array;
}

export function answersOf({ examples, labels, targets }: ExampleSet): Answers {
  return targets === undefined
    ? { dtype: 'int32', shape: [], values: labels }
    : { dtype: 'float32', shape: [targets.length / examples], values: targets };
}

/** The answers of some examples, in their order. */
export function answersAt({ shape: [width = 1], values }: Answers, indices: Int32Array): Int32Array | Float32Array {
  const own = values.slice(0, indices.length * width);
  indices.forEach((index, i) => own.set(values.subarray(index * width, (index + 1) * width), i * width));
  return own;
}

/** The first `count` stretches of a length. */
export function shares<Values extends Int32Array | Float32Array | Uint8Array>(
  values: Values,
  count: number,
  length: number,
): Values[] {
  return Array.from({ length: count }, (_, i) => values.subarray(i * length, (i + 1) * length) as Values);
}
