import { ranked } from '../../analysis/ranking';
import { readsAt, valueAt } from './pruner';
import type { PrunableTrial, Pruner, PrunerContext, Verdict } from './pruner';

export interface HalvingOptions {
  /** One in so many of a rung is promoted. */
  readonly reductionFactor: number;
  /** Epochs to the first rung; by default a tenth of the training. */
  readonly minEpochs?: number | undefined;
}

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
  reads: (options, { epochs }) => readsAt(halvingRungs(options, epochs)),
  judge: (context) => new Map(halvingVerdicts(context, halvingRungs(context.options, context.epochs))),
};

/**
 * Epochs of the rungs: the first, and each time `reductionFactor` times as many, as long as a training goes on after
 * them.
 *
 * The first is a tenth by default, which is the longest warm-up of a learning rate: before that a loss tells how fast a
 * rate rises.
 */
export function halvingRungs({ reductionFactor, minEpochs }: HalvingOptions, epochs: number): readonly number[] {
  const rungs: number[] = [];
  for (let rung = minEpochs ?? Math.ceil(epochs / 10); rung < epochs; rung *= reductionFactor) rungs.push(rung);
  return rungs;
}

/**
 * Promotes who is among the best 1 / reductionFactor of all that have reached its rung so far, those promoted before
 * included; the others wait.
 */
export function halvingVerdicts(
  context: PrunerContext<HalvingOptions>,
  rungs: readonly number[],
): readonly (readonly [number, Verdict])[] {
  const {
    trials,
    options: { reductionFactor },
    objective,
  } = context;
  return rungs.flatMap((rung, i) => {
    const members = trials
      .flatMap((trial) => {
        const score = valueOn(trial, rung, rungs[i - 1] ?? 0);
        return score === undefined ? [] : [{ trial, score }];
      })
      .sort((a, b) => a.trial.number - b.trial.number);
    const best = ranked(members, objective).slice(0, Math.floor(members.length / reductionFactor));
    const top = new Set(best.flatMap(({ trial, score }) => (score === null ? [] : [trial.number])));
    const waiting = members.filter(({ trial: { status, epoch } }) => status === 'paused' && epoch === rung);
    return waiting.map(({ trial: { number } }) => [number, top.has(number) ? 'promote' : 'wait'] as const);
  });
}

/**
 * The value with which a configuration stands on a rung; `undefined` if it is not on it. One that failed on its way
 * from the rung before is on it with `null`; one that stopped early before it, with its last.
 */
function valueOn(trial: PrunableTrial, rung: number, before: number): number | null | undefined {
  const value = valueAt(trial, rung);
  if (value !== undefined) return value;
  const last = trial.curve.at(-1);
  if (trial.status === 'ended') return last?.value;
  return trial.status === 'failed' && (last?.epoch ?? 0) >= before ? null : undefined;
}
