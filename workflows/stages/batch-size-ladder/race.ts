import { chanceLossOf } from '../../tasks';
import { mean, median } from '../../analysis/statistics';
import { stepsToTarget } from '../../analysis/time-to-target';
import { numericHParam } from '../../trials/hparams';
import { stepsOf } from '../../trials/length';
import type { Trial, TrialSpec } from '../../words/trial';
import { constantRate } from '../schedules';
import { finalValLoss, isRunning } from '../trials';
import { measurementOf } from '../../trials/outcome';
import { noiseScaleEvery, proposedByNoise } from './noise';
import { batchSizeOf, ladderTrial, trialsOf } from './phases';
import type { LadderContext } from './phases';
import type { StepCost } from './step-cost';
import type { LadderView } from './view';

/** An epoch of fewer steps is no race over a few epochs. */
const STEPS_PER_EPOCH_MIN = 8;
/**
 * Longest training of a race, as a multiple of the reference's cost: much more cannot win, a little more tells slow
 * from never.
 */
export const COST_MAX = 1.5;
/** The same in epochs. */
const LENGTH_MAX = 4;
/**
 * Most sizes in a race: the knee's, its neighbours, the study's own, the next above, and the one that the noise scale
 * speaks for.
 */
export const RACE_SIZES_MAX = 6;

const distance = (a: number, b: number): number => Math.abs(Math.log(a / b));
const nearest = (sizes: readonly number[], size: number): number | undefined =>
  sizes.reduce<number | undefined>(
    (best, one) => (best === undefined || distance(one, size) < distance(best, size) ? one : best),
    undefined,
  );

/** The size whose loss is the target: the study's own, or the nearest to it that passed. */
function referenceSize({ passed, incumbent }: LadderView): number | undefined {
  return nearest(passed, numericHParam(incumbent, 'batchSize'));
}

/**
 * Sizes worth a race, all of them measured: around the knee of the step time, the reference and the next above it,
 * since the best size lies above the knee wherever the critical batch size does; and once the reference has measured
 * it, where the noise scale says so.
 *
 * The noise scale stands for the critical batch size only within a factor of 2 to 4, so it proposes and the race
 * decides.
 */
export function raceSizes(view: LadderView): readonly number[] {
  const { cost } = view;
  const passed = view.passed.filter((size) => cost.of(size) !== undefined);
  const reference = passed.find((size) => size === referenceSize(view));
  const short = passed.filter((size) => size * STEPS_PER_EPOCH_MIN <= view.facts.trainExamples);
  const usable = short.length > 0 ? short : passed.slice(0, 1);
  const knee = nearest(usable, Math.min(Math.max(cost.knee, usable[0] ?? 1), usable.at(-1) ?? 1));
  const proposal = proposedByNoise(view);
  const proposed = proposal === undefined ? undefined : nearest(usable, proposal);
  const middle = knee === undefined ? -1 : usable.indexOf(knee);
  const around = usable.filter((_, i) => Math.abs(i - middle) <= 1);
  const next = reference === undefined ? undefined : usable.find((size) => size > reference);
  return [...new Set([...around, reference, next, proposed])]
    .filter((size) => size !== undefined)
    .sort((a, b) => a - b);
}

function referenceEpochs({ options, facts }: LadderContext): number {
  return Math.min(options.raceEpochs, facts.training.epochs);
}

/** Epochs of the longest training of a race. */
export function raceLengthMax(context: LadderContext): number {
  return LENGTH_MAX * referenceEpochs(context);
}

/** Longest training of a size, in epochs. */
function raceEpochs(view: LadderView, batchSize: number): number {
  const { cost } = view;
  const reference = referenceSize(view) ?? batchSize;
  const perExample = (size: number): number => (cost.of(size) ?? size) / size;
  const epochs = Math.ceil((COST_MAX * referenceEpochs(view) * perExample(reference)) / perExample(batchSize));
  return Math.max(1, Math.min(raceLengthMax(view), epochs));
}

/** The next trial of the race; `wait` while the target is not known; `undefined` once all have started. */
export function nextRacer(view: LadderView): TrialSpec | 'wait' | undefined {
  const sizes = raceSizes(view);
  const reference = referenceSize(view);
  if (reference === undefined || sizes.length < 2 || !sizes.includes(reference)) return undefined;
  const begun = trialsOf(view, 'reference');
  if (begun.length < view.options.replicates) return referenceTrial(view, reference, begun.length);
  if (begun.some(isRunning)) return 'wait';
  const { target: targetValLoss } = view;
  if (targetValLoss === null) return undefined;
  const others = sizes.filter((size) => size !== reference);
  const raced = trialsOf(view, 'race');
  const [batchSize, replicate] = [others[raced.length % others.length]!, Math.floor(raced.length / others.length)];
  if (replicate >= view.options.replicates) return raced.some(isRunning) ? 'wait' : undefined;
  return racer(view, 'race', batchSize, replicate, raceEpochs(view, batchSize), {
    stop: { dead: true, targetValLoss },
  });
}

/**
 * The reference measures the noise scale on its way; its own cost is by the steps' measured times, which that does not
 * touch.
 */
function referenceTrial(context: LadderContext, batchSize: number, replicate: number): TrialSpec {
  const epochs = referenceEpochs(context);
  const steps = stepsOf({ epochs }, context.facts.trainExamples, batchSize);
  return racer(context, 'reference', batchSize, replicate, epochs, {
    stop: { dead: true },
    record: { stepLosses: false, noiseScaleEvery: noiseScaleEvery(steps) },
  });
}

function racer(
  context: LadderContext,
  phase: 'reference' | 'race',
  batchSize: number,
  replicate: number,
  epochs: number,
  more: Partial<TrialSpec>,
): TrialSpec {
  const { facts } = context;
  return ladderTrial(context, phase, batchSize, replicate, {
    schedule: constantRate(facts.training, stepsOf({ epochs }, facts.trainExamples, batchSize)),
    limit: { epochs },
    evaluate: { validation: 'epoch', test: false },
    ...more,
  });
}

/**
 * The validation loss to reach: the median of what the reference's short trainings reached; `null` if none did well.
 */
export function targetOf(context: LadderContext): number | null {
  const losses = trialsOf(context, 'reference')
    .map(finalValLoss)
    .filter((loss) => loss !== null);
  return losses.length === 0 ? null : median(losses);
}

export interface RaceTime {
  readonly batchSize: number;
  /** Cost until the target per seed; `null` where it was not reached. */
  readonly costs: readonly (number | null)[];
  /** Their mean; `null` if any seed did not reach the target. */
  readonly cost: number | null;
  /** Epochs until then, the mean over seeds; `null` as for `cost`. */
  readonly epochs: number | null;
}

/**
 * What every raced size took to reach the target, ascending in size: steps until then times the measured cost of a
 * step.
 */
export function raceTimes(
  context: LadderContext,
  { cost, target }: { readonly cost: StepCost; readonly target: number | null },
): readonly RaceTime[] {
  if (target === null) return [];
  const runs = [...trialsOf(context, 'reference'), ...trialsOf(context, 'race')].filter((trial) => !isRunning(trial));
  const sizes = [...new Set(runs.map(batchSizeOf))].sort((a, b) => a - b);
  return sizes.map((batchSize) => {
    const each = cost.of(batchSize);
    const steps = runs
      .filter((trial) => batchSizeOf(trial) === batchSize)
      .map((trial) => (each === undefined ? null : stepsUntil(context, trial, target)));
    const costs = steps.map((count) => (count === null || each === undefined ? null : count * each));
    const reached = steps.filter((count) => count !== null);
    if (each === undefined || reached.length === 0 || reached.length < steps.length)
      return { batchSize, costs, cost: null, epochs: null };
    return {
      batchSize,
      costs,
      cost: mean(reached) * each,
      epochs: (mean(reached) * batchSize) / context.facts.trainExamples,
    };
  });
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
  const reference = all.find(({ batchSize }) => batchSize === referenceSize(view))?.epochs ?? Infinity;
  const isEligible = ({ epochs }: Finisher): boolean => epochs <= reference * view.options.epochsFactorMax;
  return { eligible: all.filter(isEligible), tooLong: all.filter((one) => !isEligible(one)) };
}

/** The reference defines the target: one of its seeds that ends just above it counts with its whole length. */
function stepsUntil({ facts }: LadderContext, trial: Trial, target: number): number | null {
  const measurement = measurementOf(trial.result?.outcome);
  if (measurement === undefined) return null;
  const steps = stepsToTarget(measurement.curve, target, chanceLossOf(facts));
  const isReference = trial.spec.stop.targetValLoss === undefined;
  return steps ?? (isReference && finalValLoss(trial) !== null ? measurement.steps : null);
}
