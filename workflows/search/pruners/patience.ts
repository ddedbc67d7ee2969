import { isBetter } from '../../analysis/score';
import { everyInterval, finite, intervalOf, verdicts } from './pruner';
import type { PrunableTrial, Pruner, PrunerContext, Verdict } from './pruner';

interface PatienceOptions {
  /** Epochs that may pass without an improvement. */
  readonly patience: number;
  /** What counts as one, in the objective's own unit. */
  readonly minDelta: number;
  /** From one look to the next; by default a tenth of the training. */
  readonly intervalEpochs?: number | undefined;
}

/**
 * Gives a configuration up whose last epochs, `patience` and one more, brought nothing as good as the best before them.
 *
 * Unlike early stopping, what it gives up is not a result: it cannot win. As Optuna's PatientPruner around no other
 * pruner.
 */
export const patience: Pruner<PatienceOptions> = {
  rungs: (options, { epochs }) =>
    everyInterval(options.patience + 2, intervalOf(options.intervalEpochs, epochs), epochs),
  reads: ({ patience: epochsBack }, { pausedAt }) =>
    pausedAt === undefined
      ? []
      : [
          { from: 0, to: pausedAt - epochsBack - 1 },
          { from: pausedAt - epochsBack, to: pausedAt },
        ],
  judge: (context) => verdicts(context.trials, (trial) => verdictOf(trial, context)),
};

function verdictOf({ curve, epoch }: PrunableTrial, { options, objective }: PrunerContext<PatienceOptions>): Verdict {
  const from = epoch - options.patience;
  const bestOf = (part: PrunableTrial['curve']): number | null =>
    part
      .map(({ value }) => finite(value))
      .reduce((best, value) => (isBetter(value, best, objective) ? value : best), null);
  const before = bestOf(curve.filter((point) => point.epoch < from));
  const after = bestOf(curve.filter((point) => point.epoch >= from));
  if (before === null) return 'promote';
  return isBetter(
    before + (objective.direction === 'minimize' ? options.minDelta : -options.minDelta),
    after,
    objective,
  )
    ? 'prune'
    : 'promote';
}
