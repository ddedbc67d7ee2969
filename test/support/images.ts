import type { ExampleSet } from '../../activities/training/examples/dataset';
import type { ImageSource } from '../../activities/training/examples/image-files';

/** Images in memory as a source. @param bytes Row-major [examples, height, width, channels]. */
export function imagesInMemory(bytes: Uint8Array, [height, width, channels]: ExampleSet['shape']): ImageSource {
  const size = height * width * channels;
  return {
    read: (indices, target) =>
      indices.forEach((index, i) => target.set(bytes.subarray(index * size, (index + 1) * size), i * size)),
  };
}

/** All images of a part, in a row. */
export function imagesOf({ examples, shape: [height, width, channels], images }: ExampleSet): Uint8Array {
  const bytes = new Uint8Array(examples * height * width * channels);
  images.read(
    Int32Array.from({ length: examples }, (_, i) => i),
    bytes,
  );
  return bytes;
}
