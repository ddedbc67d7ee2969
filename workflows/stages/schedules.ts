import type { ScheduleSpec } from '../words/schedule';
import type { AnyTraining } from '../trials/trial-training';
import type { TrainingSpec } from '../words/study';
import { power } from '../search/power';

/**
 * Warm-up takes at most this share of a training. Source: google-research/tuning_playbook, "How should I deal with
 * learning rate instabilities?"
 */
const WARMUP_SHARE_MAX = 0.1;

/** The longest warm-up that leaves a short training its length. */
function boundedWarmup(warmupSteps: number | undefined, steps: number): number {
  return Math.min(warmupSteps ?? 0, Math.floor(steps * WARMUP_SHARE_MAX));
}

/**
 * A schedule stretched to a training of another length.
 *
 * A schedule is written for `training.epochs`: where an epoch or a factor per epoch is part of it, both move along, so
 * that a short training goes through the same rates as the long one that it stands for.
 */
export function stretched(
  { schedule, epochs: own, written }: Pick<AnyTraining, 'schedule' | 'epochs' | 'written'>,
  epochs: number,
  steps: number,
): ScheduleSpec {
  const ratio = epochs / (written?.epochs ?? own);
  const warmupSteps = boundedWarmup(schedule.warmupSteps, steps);
  if (schedule.name === 'exponential')
    return { ...schedule, warmupSteps, factorPerEpoch: power(schedule.factorPerEpoch, 1 / ratio) };
  if (schedule.name !== 'piecewise') return { ...schedule, warmupSteps };
  return {
    ...schedule,
    warmupSteps,
    milestones: schedule.milestones.map(({ epoch, factor }) => ({ epoch: epoch * ratio, factor })),
  };
}

/** A constant rate behind a warm-up, for trainings whose end is not known before. */
export function constantRate({ schedule }: Pick<TrainingSpec, 'schedule'>, steps: number): ScheduleSpec {
  return { name: 'constant', warmupSteps: boundedWarmup(schedule.warmupSteps, steps) };
}

/** Fewer steps favour the rates that are fast at first over those that end low. */
const SHORT_STEPS_MIN = 500;

/**
 * Epochs of a short training that stands for a whole one: a quarter, or 500 steps if that is more, at most the whole.
 */
export function shortEpochs(
  { epochs }: Pick<TrainingSpec, 'epochs'>,
  trainExamples: number,
  batchSize: number,
): number {
  return Math.min(epochs, Math.max(Math.ceil(epochs / 4), Math.ceil((SHORT_STEPS_MIN * batchSize) / trainExamples)));
}
