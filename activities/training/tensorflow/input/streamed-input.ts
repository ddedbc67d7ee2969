import { placeholder } from '../compiled/graph';
import type { ExampleSet } from '../../examples/dataset';
import { answersAt, answersOf, castImages, type InputPipeline, shares } from './input-pipeline';
import { ImageStream } from '../../examples/image-stream';
import type { ImageLocations } from '../../examples/read-ahead';

/**
 * Each batch fed as uint8 images read from the packed files: the graph holds none, whatever the size of the data set.
 * The numbers that a step computes with are those of `residentInput`, and so are its bits.
 */
export function streamedInput(
  { train, test }: { readonly train: ExampleSet; readonly test: ExampleSet | null },
  locations: ImageLocations,
): InputPipeline {
  const stream = new ImageStream(locations);
  const answers = { train: answersOf(train), test: answersOf(test ?? train) };
  const { dtype, shape: answerShape } = answers.train;
  const { shape } = train;
  return {
    nodes: [],
    load: () => null,
    batch: (prefix, batchSize) => [
      placeholder(`${prefix}/pixels`, 'uint8', [batchSize, ...shape]),
      castImages(prefix, `${prefix}/pixels`),
      placeholder(`${prefix}/labels`, dtype, [batchSize, ...answerShape]),
    ],
    feeds(prefixes, part, indices) {
      const length = Math.floor(indices.length / prefixes.length);
      const images = shares(stream.read(part, indices), prefixes.length, length * locations.train.imageBytes);
      const labels = shares(answersAt(answers[part], indices), prefixes.length, length * (answerShape[0] ?? 1));
      return prefixes.flatMap((prefix, i) => [
        { name: `${prefix}/pixels`, dtype: 'uint8' as const, shape: [length, ...shape], values: images[i]! },
        { name: `${prefix}/labels`, dtype, shape: [length, ...answerShape], values: labels[i]! },
      ]);
    },
    ahead: (part, indices) => stream.ahead(part, indices),
    close: () => stream.close(),
  };
}
