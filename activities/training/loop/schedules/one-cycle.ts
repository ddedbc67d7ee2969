import type { Schedule, SchedulePosition } from './schedule';

const between = (from: number, to: number, progress: number): number =>
  to + ((from - to) * (1 + Math.cos(Math.PI * progress))) / 2;

/**
 * Up from `initialFactor` to 1 at `peakFraction` of the training, then down to `finalFactor`, both along half a cosine.
 *
 * Source: L. N. Smith, "A disciplined approach to neural network hyper-parameters: Part 1" (arXiv:1803.09820), section
 * 4; the cosine legs follow fastai.
 */
export const oneCycle: Schedule<'oneCycle'> = {
  factor: ({ peakFraction, initialFactor, finalFactor }, position) =>
    cycle(peakFraction, position, [initialFactor, 1, finalFactor]),
  momentum: ({ peakFraction, cycledMomentum: cycled }, position) =>
    cycled && cycle(peakFraction, position, [cycled.max, cycled.min, cycled.max]),
};

/** Where a cycle stands that begins at one value, is at the next at the peak, and ends at the last. */
function cycle(
  peakFraction: number,
  { step, stepsTotal }: SchedulePosition,
  [start, peak, end]: readonly [number, number, number],
): number {
  const progress = Math.min(1, step / Math.max(1, stepsTotal - 1));
  if (progress < peakFraction) return between(start, peak, progress / peakFraction);
  return between(peak, end, (progress - peakFraction) / Math.max(1e-12, 1 - peakFraction));
}
