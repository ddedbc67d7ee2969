/**
 * What is fixed about a trial before its first step.
 *
 * @module
 */
import { numericHParam } from '../../workflows/hparams';
import { epochEndStep, stepsOf } from '../../workflows/trial-length';
import { type SplitIndices, splitIndices } from '../datasets/split';
import type { TrainJob } from '../trial/protocol';
import type { LoadedDataset } from './data';
import { datasetCorrupt } from './failures';

export interface TrialFacts {
  readonly batchSize: number;
  readonly stepsTotal: number;
  readonly trainExamples: number;
  readonly split: SplitIndices;
}

/** @throws TrainingFailure of type DatasetCorrupt if the split speaks of other examples than the data set has. */
export function trialFacts({ trial, dataset }: TrainJob, { train, test }: LoadedDataset): TrialFacts {
  const split = splitIndices(dataset.split);
  const fromTest = dataset.split.testFrom === 'test';
  const expected = split.train.length + split.validation.length + (fromTest ? 0 : split.test.length);
  if (expected !== train.examples || (fromTest && split.test.length !== test?.examples)) {
    throw datasetCorrupt(`packed data set has ${train.examples} training and ${test?.examples ?? 0} test examples, its split ${expected} and ${split.test.length}`);
  }
  const batchSize = numericHParam(trial.hparams, 'batchSize');
  return { batchSize, split, trainExamples: split.train.length, stepsTotal: stepsOf(trial.limit, split.train.length, batchSize) };
}

/** Passes over the training split that are complete after `step` optimizer steps: the last epoch that `epochEndStep` puts there. */
export function epochsDone({ batchSize, trainExamples }: TrialFacts, step: number): number {
  return Math.floor((step * batchSize) / trainExamples);
}

/** Whether a pass is completed by the last of `step` optimizer steps. */
export function endsEpoch(facts: TrialFacts, step: number): boolean {
  const epochs = epochsDone(facts, step);
  return epochs > 0 && epochEndStep(epochs, facts.trainExamples, facts.batchSize) === step;
}

/** The epoch that the last of `step` optimizer steps lies in, counted from 1. */
export function epochAt(facts: TrialFacts, step: number): number {
  return endsEpoch(facts, step) ? epochsDone(facts, step) : epochsDone(facts, step) + 1;
}
