import { placeholder } from '../compiled/graph';
import type { ExampleSet } from '../../examples/dataset';
import { castImages, type InputPipeline, shares } from './input-pipeline';
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
  const labelsOf = { train: train.labels, test: test?.labels ?? new Int32Array(0) };
  const { shape } = train;
  return {
    nodes: [],
    load: () => null,
    batch: (prefix, batchSize) => [
      placeholder(`${prefix}/pixels`, 'uint8', [batchSize, ...shape]),
      castImages(prefix, `${prefix}/pixels`),
      placeholder(`${prefix}/labels`, 'int32', [batchSize]),
    ],
    feeds(prefixes, part, indices) {
      const length = Math.floor(indices.length / prefixes.length);
      const images = shares(stream.read(part, indices), prefixes.length, length * locations.train.imageBytes);
      const labels = shares(
        indices.map((index) => labelsOf[part][index]!),
        prefixes.length,
        length,
      );
      return prefixes.flatMap((prefix, i) => [
        { name: `${prefix}/pixels`, dtype: 'uint8' as const, shape: [length, ...shape], values: images[i]! },
        { name: `${prefix}/labels`, dtype: 'int32' as const, shape: [length], values: labels[i]! },
      ]);
    },
    ahead: (part, indices) => stream.ahead(part, indices),
    close: () => stream.close(),
  };
}
