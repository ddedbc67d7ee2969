import type { Schedule } from './schedule';

const between = (from: number, to: number, progress: number): number => to + ((from - to) * (1 + Math.cos(Math.PI * progress))) / 2;

/**
 * Up from `initialFactor` to 1 at `peakFraction` of the training, then down to `finalFactor`, both along half a cosine.
 *
 * Source: L. N. Smith, "A disciplined approach to neural network hyper-parameters: Part 1" (arXiv:1803.09820), section 4; the
 * cosine legs follow fastai.
 */
export const oneCycle: Schedule<'oneCycle'> = {
  factor({ peakFraction, initialFactor, finalFactor }, { step, stepsTotal }) {
    const progress = Math.min(1, step / Math.max(1, stepsTotal - 1));
    if (progress < peakFraction) return between(initialFactor, 1, progress / peakFraction);
    return between(1, finalFactor, (progress - peakFraction) / Math.max(1e-12, 1 - peakFraction));
  },
};
