import { signedRankProbability } from '../../analysis/signed-rank';
import { mean } from '../../analysis/statistics';
import type { Pruner } from './pruner';

interface WilcoxonOptions {
  /** Stops below this probability of differences as bad by chance. */
  readonly pThreshold: number;
  /** Seeds before which nothing is stopped. */
  readonly startupSeeds: number;
}

/**
 * Trains every configuration in full with its first seed, and saves further seeds of one that is worse than the best
 * beyond chance.
 *
 * A better mean is never stopped, whatever the ranks say; both as in Optuna's WilcoxonPruner. With n seeds no
 * probability is below 2^-n, so that at the threshold of 0.1 it takes four. Source: F. Wilcoxon, "Individual
 * comparisons by ranking methods", Biometrics Bulletin 1 (1945).
 */
export const wilcoxon: Pruner<WilcoxonOptions> = {
  rungs: () => [],
  reads: () => [],
  judge: () => new Map(),
  stopsReplicates({ pThreshold, startupSeeds }, gains) {
    if (gains.length < Math.max(2, startupSeeds) || mean(gains) >= 0) return false;
    return signedRankProbability(gains.map((gain) => -gain)) < pThreshold;
  },
};
