import { quantile } from '../../analysis/statistics';
import { isBetter } from '../../analysis/score';
import { everyInterval, finite, intervalOf, readsAt, valueAt, verdicts } from './pruner';
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
  reads: (options, { epochs, pausedAt }) => [
    ...readsAt(percentile.rungs(options, { epochs, number: options.startupTrials })),
    ...(pausedAt === undefined ? [] : [{ from: 0, to: pausedAt }]),
  ],
  judge: verdictsOf,
};

type MedianOptions = Omit<PercentileOptions, 'percentile'>;

const half = (options: MedianOptions): PercentileOptions => ({ ...options, percentile: 50 });

/** The percentile rule at one half. Source: D. Golovin et al., "Google Vizier", KDD 2017, section 3.2. */
export const median: Pruner<MedianOptions> = {
  rungs: (options, where) => percentile.rungs(half(options), where),
  reads: (options, where) => percentile.reads(half(options), where),
  judge: (context) => percentile.judge({ ...context, options: half(context.options) }),
};

/** Borders are worked out once an epoch: of thousands of configurations many pause at the same. */
function verdictsOf({ options, trials, objective }: PrunerContext<PercentileOptions>): ReadonlyMap<number, Verdict> {
  const ended = trials.filter(({ status }) => status === 'ended');
  const share = options.percentile / 100;
  const borders = new Map<number, number | undefined>();
  const borderAt = (epoch: number): number | undefined => {
    if (!borders.has(epoch)) {
      const others = ended.flatMap((other) => (reached(other, epoch) ? (valueAt(other, epoch) ?? []) : []));
      const place = objective.direction === 'minimize' ? share : 1 - share;
      borders.set(epoch, others.length === 0 ? undefined : quantile(others, place));
    }
    return borders.get(epoch);
  };
  return verdicts(trials, (trial) => {
    if (ended.length < Math.max(1, options.startupTrials)) return 'promote';
    const best = bestBy(trial, objective);
    if (best === null) return 'prune';
    const border = borderAt(trial.epoch);
    return border !== undefined && isBetter(border, best, objective) ? 'prune' : 'promote';
  });
}

const reached = ({ curve }: PrunableTrial, epoch: number): boolean => (curve.at(-1)?.epoch ?? 0) >= epoch;

/** Best value of all its epochs; `null` if none was finite. */
function bestBy({ curve }: PrunableTrial, objective: PrunerContext<unknown>['objective']): number | null {
  return curve
    .map(({ value }) => finite(value))
    .reduce((best, value) => (isBetter(value, best, objective) ? value : best), null);
}
