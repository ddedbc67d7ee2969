import { STEPS_PER_EPOCH_MIN } from '../race';
import type { Strategy } from './strategy';

/**
 * 32, or 64 where the study says so: halved where it does not fit, and where an epoch would have too few steps. It is
 * verified and soaked, and compared with nothing.
 *
 * Source: Y. Bengio, "Practical Recommendations for Gradient-Based Training of Deep Architectures", 2012
 * (arXiv:1206.5533), section 3.1.1: 32 is a good default; D. Masters, C. Luschi, "Revisiting Small Batch Training for
 * Deep Neural Networks", 2018 (arXiv:1804.07612): the best results came with batches of 32 or smaller.
 */
export const ruleOfThumb: Strategy = {
  sizes({ options, facts }) {
    let size = options.sizes?.[0] ?? 32;
    while (size > 1 && size * STEPS_PER_EPOCH_MIN > facts.trainExamples) size /= 2;
    return [size];
  },
  onFull: 'halve',
  endsAtKnee: false,
  preference: ({ passed }) => [...passed].reverse(),
  reason({ options, rungs }, batchSize) {
    const rule = options.sizes?.[0] ?? 32;
    const full = rungs.filter(({ passed }) => !passed).map((rung) => rung.batchSize);
    const scaled =
      batchSize === rule
        ? ''
        : full.length > 0
          ? `, halved from ${rule} until it fitted`
          : `, halved from ${rule} so that an epoch has at least ${STEPS_PER_EPOCH_MIN} steps`;
    return `${batchSize} is the rule of thumb (Bengio 2012; Masters and Luschi 2018)${scaled}; it fits and trains, and was compared with no other`;
  },
  // That it fits is certain. That it is best was not asked.
  grounds: () => ({ guess: {}, doubt: { 'no other size was tried': true } }),
};
