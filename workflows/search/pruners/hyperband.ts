import { halvingRungs, halvingVerdicts } from './halving';
import type { HalvingOptions } from './halving';
import { readsAt } from './pruner';
import type { Pruner } from './pruner';
import { power } from '../power';

/**
 * Several brackets of asynchronous successive halving that begin at later and later rungs, for spaces in which early
 * values mislead.
 *
 * Which bracket a configuration belongs to follows from its number, so that any first so many are shared out as the
 * paper's weights say; a hash of names, as elsewhere, shares few out badly.
 *
 * Source: L. Li et al., "Hyperband", JMLR 18 (2018), algorithm 1; the brackets' own rule arXiv:1810.05934.
 */
export const hyperband: Pruner<HalvingOptions> = {
  rungs: (options, { epochs, number }) =>
    halvingRungs(options, epochs).slice(bracketsOf(options, epochs, number + 1)[number]),
  reads: (options, { epochs }) => readsAt(halvingRungs(options, epochs)),
  judge(context) {
    const { options, epochs, trials } = context;
    const rungs = halvingRungs(options, epochs);
    const brackets = bracketsOf(options, epochs, 1 + Math.max(-1, ...trials.map(({ number }) => number)));
    return new Map(
      weightsOf(options, epochs).flatMap((_, bracket) =>
        halvingVerdicts(
          { ...context, trials: trials.filter(({ number }) => brackets[number] === bracket) },
          rungs.slice(bracket),
        ),
      ),
    );
  },
};

/** Configurations of each bracket in proportion; the last has the fewest, and the longest first rung. */
function weightsOf({ reductionFactor, minEpochs }: HalvingOptions, epochs: number): readonly number[] {
  let brackets = 1;
  for (let rung = (minEpochs ?? Math.ceil(epochs / 10)) * reductionFactor; rung <= epochs; rung *= reductionFactor)
    brackets += 1;
  return Array.from({ length: brackets }, (_, bracket) => {
    const halvings = brackets - 1 - bracket;
    return Math.ceil((brackets * power(reductionFactor, halvings)) / (halvings + 1));
  });
}

/** The bracket of each of the first `count` configurations: always the one that is furthest behind its share. */
function bracketsOf(options: HalvingOptions, epochs: number, count: number): readonly number[] {
  const weights = weightsOf(options, epochs);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const filled = weights.map(() => 0);
  return Array.from({ length: count }, (_, number) => {
    const behind = weights.map((weight, i) => (weight * (number + 1)) / total - filled[i]!);
    const bracket = behind.indexOf(Math.max(...behind));
    filled[bracket]! += 1;
    return bracket;
  });
}
