import { numericHParam } from '../../trials/hparams';
import { stepsOf } from '../../trials/length';
import type { TrialSpec } from '../../words/trial';
import { constantRate } from '../schedules';
import { contenderOf } from './comparison';
import { isRunning, ranWell } from '../trials';
import { measurementOf } from '../../trials/outcome';
import { noiseScaleEvery, proposedByNoise } from './noise';
import { batchSizeOf, ladderTrial, trialsOf } from './phases';
import type { LadderContext, RacePhase } from './phases';
import { brokeDown, racedHparams, RATE_STEPS_MAX, standingTrials } from './rates';
import type { LadderView } from './view';

/** An epoch of fewer steps is no race over a few epochs. */
export const STEPS_PER_EPOCH_MIN = 8;
/**
 * Longest training of a race, as a multiple of the reference's cost. Less would do to find the soonest size; but costs
 * that are cut short tell neither how far the others are behind nor how seeds differ.
 */
export const COST_MAX = 3;
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
export function referenceSize({ incumbent }: LadderContext, passed: readonly number[]): number | undefined {
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
  const reference = passed.find((size) => size === view.reference);
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

/** Epochs that every size trains at least, so that their scores compare. */
export function referenceEpochs({ options, facts }: LadderContext): number {
  return Math.min(options.raceEpochs, facts.training.epochs);
}

/** Epochs of the longest training of a race. */
export function raceLengthMax(context: LadderContext): number {
  return LENGTH_MAX * referenceEpochs(context);
}

/** Most trainings of a race between so many sizes. */
export function racersMax({ options: { replicates, confirmations } }: LadderContext, sizes: number): number {
  return (1 + RATE_STEPS_MAX) * sizes * replicates + 2 * confirmations;
}

/** Longest training of a size, in epochs. */
function raceEpochs(view: LadderView, batchSize: number): number {
  const { cost } = view;
  const reference = view.reference ?? batchSize;
  const perExample = (size: number): number => (cost.of(size) ?? size) / size;
  const epochs = Math.ceil((COST_MAX * referenceEpochs(view) * perExample(reference)) / perExample(batchSize));
  return Math.max(referenceEpochs(view), Math.min(raceLengthMax(view), epochs));
}

/** The next trial of the race; `wait` while the target is not known; `undefined` once all have started. */
export function nextRacer(view: LadderView): TrialSpec | 'wait' | undefined {
  const sizes = raceSizes(view);
  const { reference } = view;
  if (reference === undefined || sizes.length < 2 || !sizes.includes(reference)) return undefined;
  const begun = standingTrials(view, 'reference');
  if (begun.length < view.options.replicates && !begun.some(brokeDown))
    return referenceTrial(view, reference, begun.length);
  if (begun.some(isRunning)) return 'wait';
  const { target } = view;
  if (target === null) return undefined;
  const others = sizes.filter((size) => size !== reference);
  return nextContender(view, others, target) ?? nextConfirmation(view, target);
}

/** Seed by seed, so that every size has been tried once before any is tried again. */
function nextContender(view: LadderView, sizes: readonly number[], target: number): TrialSpec | 'wait' | undefined {
  const raced = standingTrials(view, 'race');
  for (let replicate = 0; replicate < view.options.replicates; replicate++) {
    for (const batchSize of sizes) {
      const own = raced.filter((trial) => batchSizeOf(trial) === batchSize);
      if (own.length > replicate || own.some(brokeDown)) continue;
      return racer(view, 'race', batchSize, replicate, raceEpochs(view, batchSize), {
        stop: { dead: true, targetValLoss: target, targetFromEpoch: referenceEpochs(view) },
      });
    }
  }
  return trialsOf(view, 'race').some(isRunning) ? 'wait' : undefined;
}

/** The size that the race found soonest and the reference, by turns, on seeds that had no part in that. */
function nextConfirmation(view: LadderView, targetValLoss: number): TrialSpec | 'wait' | undefined {
  const begun = trialsOf(view, 'confirmation');
  const contender = contenderOf(view);
  const { reference } = view;
  if (contender === undefined || reference === undefined) return undefined;
  const replicate = Math.floor(begun.length / 2);
  if (replicate >= view.options.confirmations) return begun.some(isRunning) ? 'wait' : undefined;
  const batchSize = [contender, reference][begun.length % 2]!;
  const epochs = raceEpochs(view, batchSize);
  return racer(view, 'confirmation', batchSize, replicate, epochs, { stop: { dead: true, targetValLoss } });
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
  phase: RacePhase,
  batchSize: number,
  replicate: number,
  epochs: number,
  more: Partial<TrialSpec>,
): TrialSpec {
  const { facts } = context;
  return ladderTrial(context, phase, batchSize, replicate, {
    hparams: racedHparams(context, batchSize),
    schedule: constantRate(facts.training, stepsOf({ epochs }, facts.trainExamples, batchSize)),
    limit: { epochs },
    evaluate: { validation: 'epoch', test: false },
    ...more,
  });
}

/**
 * The validation loss to reach: one that every short training of the reference had reached, so that what it took them
 * is known of all; `null` if any did not end well, or none began.
 */
export function targetOf(context: LadderContext): number | null {
  const ended = standingTrials(context, 'reference').filter((trial) => !isRunning(trial));
  const lowest = ended
    .filter((trial) => ranWell(trial) && !brokeDown(trial))
    .map(({ result }) => {
      const losses = (measurementOf(result?.outcome)?.curve ?? []).flatMap(({ values }) => values.valLoss ?? []);
      return losses.length === 0 ? null : Math.min(...losses);
    });
  return lowest.reduce<number | null>((worst, loss) => (loss === null ? worst : Math.max(worst ?? loss, loss)), null);
}
