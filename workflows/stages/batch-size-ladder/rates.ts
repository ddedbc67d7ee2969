/**
 * The learning rate at which each size trains. It follows the study's own by the optimizer's rule; where training breaks
 * down at it, that is the rate's fault and not the size's, so the rate goes down by half a decade, twice at most, and
 * the size trains anew. What breaks down at the reference moves all sizes along.
 *
 * @module
 */
import { power } from '../../search/power';
import { numericHParam } from '../../trials/hparams';
import { measurementOf } from '../../trials/outcome';
import type { HParams, Trial } from '../../words/trial';
import { threeDigits } from '../format';
import { coScaledLearningRate } from '../optimizer-family';
import { isRunning } from '../trials';
import { batchSizeOf, trialsOf } from './phases';
import type { LadderContext, Phase } from './phases';

/** What a rate is divided by: half a decade, as coarse as the rule that it comes from. */
const RATE_STEP = 3;
export const RATE_STEPS_MAX = 2;

/**
 * A validation loss that ends this many times above its lowest has broken down as well. From epoch to epoch the losses of
 * a steady training differ by tens of per cent.
 */
const UNSTABLE_FACTOR = 3;

export const learningRateOf = ({ spec }: Trial): number => numericHParam(spec.hparams, 'learningRate');

/** Whether a training ended as those do whose learning rate is too high. */
export function brokeDown({ result }: Trial): boolean {
  if (result === undefined) return false;
  const { outcome } = result;
  if (outcome.status === 'diverged' || outcome.status === 'dead') return true;
  const losses = (measurementOf(outcome)?.curve ?? []).flatMap(({ values }) => values.valLoss ?? []);
  return (losses.at(-1) ?? 0) > UNSTABLE_FACTOR * Math.min(...losses);
}

const BROKEN = new WeakMap<readonly Trial[], readonly Trial[]>();

/** The trials of a phase that broke down. */
function brokenTrials(context: LadderContext, phase: Phase): readonly Trial[] {
  const trials = trialsOf(context, phase);
  const broken = BROKEN.get(trials) ?? trials.filter(brokeDown);
  BROKEN.set(trials, broken);
  return broken;
}

/** How far the rate goes down by what broke down in a phase, at one size or at any. */
function stepsDown(context: LadderContext, phase: Phase, batchSize?: number): number {
  const broken = brokenTrials(context, phase).filter(
    (trial) => batchSize === undefined || batchSizeOf(trial) === batchSize,
  );
  return Math.min(RATE_STEPS_MAX, new Set(broken.map(learningRateOf)).size);
}

/** The study's hyperparameters at a size, at the rate at which it races. */
export function racedHparams(context: LadderContext, batchSize: number): HParams {
  return hparamsAt(context, batchSize, racedSteps(context, batchSize));
}

/** The same at the rate that it is answered with, at which its soak held too. */
export function answeredHparams(context: LadderContext, batchSize: number): HParams {
  return hparamsAt(context, batchSize, racedSteps(context, batchSize) + stepsDown(context, 'soak', batchSize));
}

const racedSteps = (context: LadderContext, batchSize: number): number =>
  stepsDown(context, 'reference') + stepsDown(context, 'race', batchSize);

/** The rate that follows from the study's by the optimizer's rule, so many steps down; as it is at the study's own. */
function hparamsAt({ incumbent, facts }: LadderContext, batchSize: number, steps: number): HParams {
  const [own, learningRate] = [numericHParam(incumbent, 'batchSize'), numericHParam(incumbent, 'learningRate')];
  if (batchSize === own && steps === 0) return incumbent;
  const followed = coScaledLearningRate(facts.training.optimizer.name, learningRate, own, batchSize);
  return { ...incumbent, batchSize, learningRate: threeDigits(followed / power(RATE_STEP, steps)) };
}

/** The trials of a phase at the rates that hold, as far as is known; those that lowered a rate are left out. */
export function standingTrials(context: LadderContext, phase: Phase): readonly Trial[] {
  const trials = trialsOf(context, phase);
  // Nothing lowered a rate: the usual case, and asked often.
  if (LOWERING.every((each) => brokenTrials(context, each).length === 0)) return trials;
  const hparamsOf = phase === 'soak' ? answeredHparams : racedHparams;
  return trials.filter((trial) => learningRateOf(trial) === hparamsOf(context, batchSizeOf(trial))['learningRate']);
}

const LOWERING: readonly Phase[] = ['reference', 'race', 'soak'];

/** A rate at which a size broke down, and what was done about it. */
export interface Breakdown {
  readonly batchSize: number;
  readonly learningRate: number;
  /** The next rate tried; `null` where the steps were used up, or none began. */
  readonly lowered: number | null;
}

/** Every rate at which trainings broke down, in the order of the trials. */
export function breakdowns(context: LadderContext): readonly Breakdown[] {
  const phases: readonly Phase[] = [...LOWERING, 'confirmation'];
  const trials = phases.flatMap((phase) => trialsOf(context, phase)).filter((trial) => !isRunning(trial));
  const broken = trials.filter(brokeDown);
  const first = broken.filter((trial, i) => broken.findIndex((other) => isSamePlace(trial, other)) === i);
  return first.map((trial) => {
    const [batchSize, learningRate] = [batchSizeOf(trial), learningRateOf(trial)];
    const lower = trials.filter((other) => batchSizeOf(other) === batchSize).map(learningRateOf);
    const next = lower.filter((rate) => rate < learningRate);
    return { batchSize, learningRate, lowered: next.length === 0 ? null : Math.max(...next) };
  });
}

const isSamePlace = (a: Trial, b: Trial): boolean =>
  batchSizeOf(a) === batchSizeOf(b) && learningRateOf(a) === learningRateOf(b);
