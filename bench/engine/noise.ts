import type { ExampleSet } from '../../activities/training/step-engine';
import type { EngineCase } from './cases';

/** Examples of random bytes: how fast they train does not depend on what they show. */
export function noise({ shape, classes, examples }: EngineCase): ExampleSet {
  let state = 1;
  // Numerical Recipes' linear congruential generator; its upper bits are the random ones.
  const next = (): number => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0);
  const images = Uint8Array.from({ length: examples * shape[0] * shape[1] * shape[2] }, () => next() >>> 24);
  return { examples, shape, images, labels: Int32Array.from({ length: examples }, () => (next() >>> 16) % classes) };
}
