/**
 * What raced sizes took to the target loss. Costs are averaged by their logarithms: twice and half as long are equally
 * far, and slow sizes differ from seed to seed by more seconds than fast ones, not by a larger factor.
 *
 * @module
 */
import { chanceLossOf } from '../../tasks';
import { geometricMean } from '../../analysis/statistics';
import { stepsToTarget } from '../../analysis/time-to-target';
import { numericHParam } from '../../trials/hparams';
import { stepsOf } from '../../trials/length';
import { measurementOf } from '../../trials/outcome';
import type { Trial } from '../../words/trial';
import { isRunning } from '../trials';
import { batchSizeOf } from './phases';
import type { LadderContext } from './phases';
import { standingTrials } from './rates';
import type { StepCost } from './step-cost';
import type { LadderView } from './view';

/** One short training beside the target. */
export interface Run {
  readonly seed: number;
  readonly reached: boolean;
  /** Cost until the target; where it was not reached, of the whole length that was allowed: it would have taken more. */
  readonly cost: number;
}

export interface RaceTime {
  readonly batchSize: number;
  readonly runs: readonly Run[];
  /** Mean cost until the target; `null` if any seed did not reach it. */
  readonly cost: number | null;
  /** Epochs until then, the mean over seeds; `null` as for `cost`. */
  readonly epochs: number | null;
}

interface Yardstick {
  readonly cost: StepCost;
  readonly target: number | null;
}

/** What every raced size took to reach the target with the seeds of the race, ascending in size. */
export function raceTimes(context: LadderContext, yardstick: Yardstick): readonly RaceTime[] {
  return timesOf(context, [...standingTrials(context, 'reference'), ...standingTrials(context, 'race')], yardstick);
}

/** The same of the seeds that had no part in the race's outcome. */
export function freshTimes(context: LadderContext, yardstick: Yardstick): readonly RaceTime[] {
  return timesOf(context, standingTrials(context, 'confirmation'), yardstick);
}

function timesOf(context: LadderContext, trials: readonly Trial[], { cost, target }: Yardstick): readonly RaceTime[] {
  const ended = trials.filter((trial) => !isRunning(trial));
  const sizes = [...new Set(ended.map(batchSizeOf))].sort((a, b) => a - b);
  if (target === null) return [];
  return sizes.map((batchSize) => {
    const each = cost.of(batchSize);
    const own = ended.filter((trial) => batchSizeOf(trial) === batchSize);
    const runs = each === undefined ? [] : own.map((trial) => runOf(context, trial, target, each));
    if (each === undefined || runs.length === 0 || !runs.every(({ reached }) => reached))
      return { batchSize, runs, cost: null, epochs: null };
    const mean = geometricMean(runs.map((run) => run.cost));
    return { batchSize, runs, cost: mean, epochs: ((mean / each) * batchSize) / context.facts.trainExamples };
  });
}

function runOf({ facts }: LadderContext, { spec, result }: Trial, target: number, each: number): Run {
  const curve = measurementOf(result?.outcome)?.curve ?? [];
  const steps = stepsToTarget(curve, target, chanceLossOf(facts));
  const allowed = stepsOf(spec.limit, facts.trainExamples, numericHParam(spec.hparams, 'batchSize'));
  return { seed: spec.seed, reached: steps !== null, cost: (steps ?? allowed) * each };
}

/** A size that reached the target with every seed. */
export interface Finisher extends RaceTime {
  readonly cost: number;
  readonly epochs: number;
}

/**
 * The sizes that reached the target, by whether they may be chosen: those that took too many epochs would end at a
 * higher loss in as many as the study trains.
 */
export function finishers(view: LadderView): {
  readonly eligible: readonly Finisher[];
  readonly tooLong: readonly Finisher[];
} {
  const all = view.times.flatMap((time) =>
    time.cost === null || time.epochs === null ? [] : [{ ...time, cost: time.cost, epochs: time.epochs }],
  );
  const reference = all.find(({ batchSize }) => batchSize === view.reference)?.epochs ?? Infinity;
  const isEligible = ({ epochs }: Finisher): boolean => epochs <= reference * view.options.epochsFactorMax;
  return { eligible: all.filter(isEligible), tooLong: all.filter((one) => !isEligible(one)) };
}
