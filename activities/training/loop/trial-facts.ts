/**
 * What is known about a trial before its first step, and once more whenever its batches grow by what it measures.
 *
 * @module
 */
import { milestonesOf } from '../../../workflows/trials/batch-growth';
import { numericHParam } from '../../../workflows/trials/hparams';
import { type BatchPhase, batchPhases, examplesAfter, stepReaching, stepsOf } from '../../../workflows/trials/length';
import type { TrialLimit } from '../../../workflows/words/trial';
import { type SplitIndices, splitIndices } from '../../datasets/packed/split';
import type { TrainJob } from '../../trial/protocol';
import type { LoadedDataset } from '../examples/dataset';
import { datasetCorrupt } from '../failures';

export interface TrialFacts {
  readonly limit: TrialLimit;
  /** Where the trial starts. */
  readonly batchSize: number;
  /** All batch sizes that are known so far, the start's first. */
  readonly phases: readonly BatchPhase[];
  /** With the phases that are known. */
  readonly stepsTotal: number;
  readonly trainExamples: number;
  readonly split: SplitIndices;
}

/** @throws TrainingFailure of type DatasetCorrupt if the split speaks of other examples than the data set has. */
export function trialFacts({ trial, dataset }: TrainJob, { train, test }: LoadedDataset): TrialFacts {
  const split = splitIndices(dataset.split, trial.split);
  const fromTest = dataset.split.testFrom === 'test';
  const expected = split.train.length + split.validation.length + (fromTest ? 0 : split.test.length);
  if (expected !== train.examples || (fromTest && split.test.length !== test?.examples)) {
    throw datasetCorrupt(
      `packed data set has ${train.examples} training and ${test?.examples ?? 0} test examples, its split ${expected} and ${split.test.length}`,
    );
  }
  const { limit, hparams, batchGrowth } = trial;
  const batchSize = numericHParam(hparams, 'batchSize');
  const trainExamples = split.train.length;
  const milestones = milestonesOf(batchGrowth);
  return {
    limit,
    batchSize,
    split,
    trainExamples,
    phases: batchPhases(batchSize, milestones, trainExamples),
    stepsTotal: stepsOf(limit, trainExamples, batchSize, milestones),
  };
}

/** The facts once further phases are known. */
export function withPhases(facts: TrialFacts, further: readonly BatchPhase[]): TrialFacts {
  const { limit, trainExamples, stepsTotal } = facts;
  const phases = [...facts.phases, ...further];
  return {
    ...facts,
    phases,
    stepsTotal: 'steps' in limit ? stepsTotal : stepReaching(phases, limit.epochs * trainExamples),
  };
}

/** Passes over the training split that are complete after `step` optimizer steps. */
export function epochsDone({ phases, trainExamples }: TrialFacts, step: number): number {
  return Math.floor(examplesAfter(phases, step) / trainExamples);
}

/** Whether a pass is completed by the last of `step` optimizer steps. */
export function endsEpoch(facts: TrialFacts, step: number): boolean {
  return step > 0 && epochsDone(facts, step) > epochsDone(facts, step - 1);
}

/** The epoch that the last of `step` optimizer steps lies in, counted from 1. */
export function epochAt(facts: TrialFacts, step: number): number {
  return endsEpoch(facts, step) ? epochsDone(facts, step) : epochsDone(facts, step) + 1;
}
