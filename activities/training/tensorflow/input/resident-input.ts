import { type Dtype, type GraphNode, placeholder, typeOf } from '../compiled/graph';
import { feedOf, variableGroup } from '../compiled/variables';
import type { ExampleSet } from '../../examples/dataset';
import { answersOf, castImages, type InputPipeline, shares } from './input-pipeline';

const IMAGES = 'data/images';
const LABELS = 'data/labels';

/**
 * All examples as uint8 variables of the graph, of which a step gathers its own by the indices it is fed. Takes the
 * images' bytes once, and once more while they are loaded.
 */
export function residentInput({
  train,
  test,
}: {
  readonly train: ExampleSet;
  readonly test: ExampleSet | null;
}): InputPipeline {
  const parts = test === null ? [train] : [train, test];
  const examples = parts.reduce((sum, part) => sum + part.examples, 0);
  const offsets = { train: 0, test: train.examples };
  const shape = [examples, ...train.shape];
  const { dtype, shape: answerShape } = answersOf(train);
  return {
    nodes: variableGroup(
      'data',
      new Map([
        [IMAGES, { dtype: 'uint8', shape }],
        [LABELS, { dtype, shape: [examples, ...answerShape] }],
      ]),
    ),
    load: () => [
      feedOf(IMAGES, 'uint8', shape, allImages(parts)),
      feedOf(LABELS, dtype, [examples, ...answerShape], allAnswers(parts)),
    ],
    batch: (prefix, batchSize) => [
      placeholder(`${prefix}/indices`, 'int32', [batchSize]),
      gather(`${prefix}/pixels`, IMAGES, `${prefix}/indices`, 'uint8'),
      castImages(prefix, `${prefix}/pixels`),
      gather(`${prefix}/labels`, LABELS, `${prefix}/indices`, dtype),
    ],
    feeds(prefixes, part, indices) {
      const length = Math.floor(indices.length / prefixes.length);
      const rows = indices.map((index) => index + offsets[part]);
      return shares(rows, prefixes.length, length).map((values, i) => ({
        name: `${prefixes[i]}/indices`,
        dtype: 'int32',
        shape: [length],
        values,
      }));
    },
    close: () => undefined,
  };
}

function gather(name: string, source: string, indices: string, dtype: Dtype): GraphNode {
  return {
    name,
    op: 'ResourceGather',
    inputs: [source, indices],
    attributes: { dtype: typeOf(dtype), Tindices: typeOf('int32') },
  };
}

/** The images of all parts in a row. */
function allImages(parts: readonly ExampleSet[]): Uint8Array {
  const sizes = parts.map(({ examples, shape }) => examples * shape[0] * shape[1] * shape[2]);
  const images = new Uint8Array(sizes.reduce((sum, size) => sum + size, 0));
  let offset = 0;
  parts.forEach((part, i) => {
    part.images.read(
      Int32Array.from({ length: part.examples }, (_, index) => index),
      images.subarray(offset, offset + sizes[i]!),
    );
    offset += sizes[i]!;
  });
  return images;
}

function allAnswers(parts: readonly ExampleSet[]): Int32Array | Float32Array {
  const [first, second] = parts.map((part) => answersOf(part).values) as [Int32Array, Int32Array | undefined];
  if (second === undefined) return first;
  const all = new (first.constructor as Int32ArrayConstructor | Float32ArrayConstructor)(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}
