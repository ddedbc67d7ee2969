import { quantile } from '../../analysis/statistics';
import { isBetter } from '../../analysis/score';
import { everyInterval, finite, intervalOf, valueAt, verdicts } from './pruner';
import type { PrunableTrial, Pruner, PrunerContext, Verdict } from './pruner';

export interface PercentileOptions {
  /** Share of the configurations that is kept, in percent. */
  readonly percentile: number;
  /** Configurations that must have ended before any is given up. */
  readonly startupTrials: number;
  /** Nothing is judged before the end of this epoch. */
  readonly warmupEpochs: number;
  /** From one look to the next; by default a tenth of the training. */
  readonly intervalEpochs?: number | undefined;
}

/**
 * Gives a configuration up whose best value so far is worse than a percentile of what the ended ones had at the same
 * epoch.
 *
 * The best so far against plain values is lenient on purpose: one bad epoch stops nobody. As in Optuna 5, where failed
 * and pruned configurations are not compared with either. Source: D. Golovin et al., "Google Vizier", KDD 2017, section
 * 3.2.
 */
export const percentile: Pruner<PercentileOptions> = {
  rungs({ startupTrials, warmupEpochs, intervalEpochs }, { epochs, number }) {
    const interval = intervalOf(intervalEpochs, epochs);
    return number < startupTrials ? [] : everyInterval(warmupEpochs === 0 ? interval : warmupEpochs, interval, epochs);
  },
  judge: (context) => verdicts(context.trials, (trial) => verdictOf(trial, context)),
};

type MedianOptions = Omit<PercentileOptions, 'percentile'>;

const half = (options: MedianOptions): PercentileOptions => ({ ...options, percentile: 50 });

/** The percentile rule at one half. Source: D. Golovin et al., "Google Vizier", KDD 2017, section 3.2. */
export const median: Pruner<MedianOptions> = {
  rungs: (options, where) => percentile.rungs(half(options), where),
  judge: (context) => percentile.judge({ ...context, options: half(context.options) }),
};

function verdictOf(trial: PrunableTrial, { options, trials, objective }: PrunerContext<PercentileOptions>): Verdict {
  const ended = trials.filter(({ status }) => status === 'ended');
  if (ended.length < Math.max(1, options.startupTrials)) return 'promote';
  const best = bestBy(trial, objective);
  if (best === null) return 'prune';
  const others = ended.flatMap((other) => (reached(other, trial.epoch) ? (valueAt(other, trial.epoch) ?? []) : []));
  if (others.length === 0) return 'promote';
  const share = options.percentile / 100;
  const border = quantile(others, objective.direction === 'minimize' ? share : 1 - share);
  return isBetter(border, best, objective) ? 'prune' : 'promote';
}

const reached = ({ curve }: PrunableTrial, epoch: number): boolean => (curve.at(-1)?.epoch ?? 0) >= epoch;

/** Best value of all its epochs; `null` if none was finite. */
function bestBy({ curve }: PrunableTrial, objective: PrunerContext<unknown>['objective']): number | null {
  return curve
    .map(({ value }) => finite(value))
    .reduce((best, value) => (isBetter(value, best, objective) ? value : best), null);
}
