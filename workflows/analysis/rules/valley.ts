import type { Curve } from '../range-test-curve';

/** A shorter fall is noise. */
const FALL_POINTS_MIN = 3;

/**
 * Learning rate half-way into the longest valley: the longest strictly falling subsequence of the losses.
 *
 * A subsequence, not a run, so that a noisy curve still has a long one. Its place is taken from its end and its length,
 * as fastai does, which on a noisy curve begins later than the fall itself.
 *
 * Source: fastai `valley`.
 *
 * @returns A learning rate of the curve; `null` if no more than 2 points fall.
 */
export function valley(curve: Curve): number | null {
  const lengths: number[] = [];
  let end = 0;
  for (let i = 0; i < curve.length; i++) {
    let longest = 1;
    for (let j = 0; j < i; j++) if (curve[i]!.loss < curve[j]!.loss) longest = Math.max(longest, lengths[j]! + 1);
    lengths.push(longest);
    if (longest > lengths[end]!) end = i;
  }
  const length = lengths[end] ?? 0;
  if (length < FALL_POINTS_MIN) return null;
  const start = Math.max(0, end - length);
  const third = Math.floor((end - start) / 3);
  return curve[start + third + Math.floor(third / 2)]!.learningRate;
}
