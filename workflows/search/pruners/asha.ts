import { halvingRungs, halvingVerdicts } from './halving';
import type { HalvingOptions } from './halving';
import type { Pruner } from './pruner';

/**
 * Asynchronous successive halving: no rung is ever waited for, and who is not promoted now may be later, as more
 * configurations turn out worse.
 *
 * Unlike implementations that stop for good, it promotes from checkpoints, as the paper has it.
 *
 * Source: L. Li et al., "A System for Massively Parallel Hyperparameter Tuning", MLSys 2020 (arXiv:1810.05934),
 * algorithm 2.
 */
export const asha: Pruner<HalvingOptions> = {
  rungs: (options, { epochs }) => halvingRungs(options, epochs),
  judge: (context) => new Map(halvingVerdicts(context, halvingRungs(context.options, context.epochs))),
};
