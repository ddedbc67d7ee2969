import type { ExampleSet } from '../../activities/training/examples/dataset';
import type { ImageSource } from '../../activities/training/examples/image-files';
import type { EngineCase } from './cases';

/** Examples of random bytes: how fast they train does not depend on what they show. */
export function noise({ shape, classes, examples }: EngineCase): ExampleSet & { readonly pixels: Uint8Array } {
  let state = 1;
  // Numerical Recipes' linear congruential generator; its upper bits are the random ones.
  const next = (): number => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0);
  const imageBytes = shape[0] * shape[1] * shape[2];
  const pixels = Uint8Array.from({ length: examples * imageBytes }, () => next() >>> 24);
  const images: ImageSource = {
    read: (indices, target) =>
      indices.forEach((index, i) =>
        target.set(pixels.subarray(index * imageBytes, (index + 1) * imageBytes), i * imageBytes),
      ),
  };
  return {
    examples,
    shape,
    images,
    pixels,
    labels: Int32Array.from({ length: examples }, () => (next() >>> 16) % classes),
  };
}
