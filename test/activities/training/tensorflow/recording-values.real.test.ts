/**
 * @jest-environment ./test/support/native-environment.ts
 */
import { recordingValues } from '../../../../activities/training/tensorflow/compiled/recording/recording-values';

// The last two are longer than what is left of the table, and than all of it.
describe.each([[], [7], [3, 3, 16, 32], [131_000], [400, 1000]].map((shape) => ({ shape })))(
  'numbers to record with, in shape $shape',
  ({ shape }) => {
    const valuesOf = (seed: number): number[] => [...recordingValues(shape, seed).dataSync()];

    it('are positive and up to the maximum', () => {
      const tensor = recordingValues(shape, 3, 255);
      expect(tensor.shape).toEqual(shape);
      const values = [...tensor.dataSync()];
      expect(values.every((value) => value >= 0.05 * 255 && value < 255)).toBe(true);
    });

    it('are others for another seed, and the same for the same', () => {
      expect(valuesOf(2)).toEqual(valuesOf(2));
      const [first, ...others] = [2, 3, 5].map((seed) => valuesOf(seed));
      expect(others.every((values) => values.every((value, i) => value !== first![i]))).toBe(true);
    });
  },
);
