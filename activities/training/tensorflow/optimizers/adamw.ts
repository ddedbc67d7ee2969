import { adam } from './adam';
import type { Optimizer } from './optimizer';

/**
 * Adam under the name that people look for: weight decay is decoupled here for every optimizer, so the update is
 * Adam's.
 *
 * Source: I. Loshchilov, F. Hutter, "Decoupled Weight Decay Regularization", ICLR 2019 (arXiv:1711.05101).
 */
export const adamw: Optimizer = { ...adam };
