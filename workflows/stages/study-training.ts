/**
 * Trainings as the study asks for them, but for what a trial's hyperparameters say: under its schedules and its early
 * stopping, at any length.
 *
 * @module
 */
import { batchGrowth } from '../trials/batch-growth';
import { numericHParam } from '../trials/hparams';
import { trainingOf } from '../trials/trial-training';
import type { EarlyStopping } from '../words/study';
import { stepsOf } from '../trials/length';
import type { HParams, StopRules, TrialSpec } from '../words/trial';
import { stretched } from './schedules';
import { verifiedSize } from './batch-size-ladder/verified-size';
import type { Decision, StudyFacts } from './stage';

type Facts = Pick<StudyFacts, 'training' | 'trainExamples'>;

interface Context {
  readonly facts: Facts;
  readonly decisions: readonly Decision[];
}

/**
 * Length and schedules of a training of so many epochs.
 *
 * Batches grow to no size that the study's ladder has not run: one that fits no more would end the training hours
 * later.
 */
export function studyTraining(
  { facts, decisions }: Context,
  hparams: HParams,
  epochs: number,
): Pick<TrialSpec, 'schedule' | 'limit' | 'batchGrowth'> {
  return trainingUpTo(verifiedSize(decisions) ?? Infinity, facts, hparams, epochs);
}

/** The same, whose batches grow to no size above `sizeMax`. */
export function trainingUpTo(
  sizeMax: number,
  { training: study, trainExamples }: Facts,
  hparams: HParams,
  epochs: number,
): Pick<TrialSpec, 'schedule' | 'limit' | 'batchGrowth'> {
  const training = trainingOf(study, hparams);
  const batchSize = numericHParam(hparams, 'batchSize');
  const schedule = stretched(training, epochs, stepsOf({ epochs }, trainExamples, batchSize));
  const { batchSizeSchedule, written } = training;
  const growth =
    batchSizeSchedule &&
    batchGrowth(batchSizeSchedule, {
      batchSize,
      epochs,
      schedule,
      writtenEpochs: written.epochs,
      trainExamples,
      sizeMax,
    });
  return { schedule, limit: { epochs }, ...(growth !== undefined && { batchGrowth: growth }) };
}

/** What ends a training before its last epoch. */
export function stopRulesOf(earlyStopping: EarlyStopping | null): StopRules {
  if (earlyStopping === null) return {};
  if (!('patience' in earlyStopping)) return { prechelt: earlyStopping };
  const { patience, minDelta } = earlyStopping;
  return { patience, minDelta };
}
