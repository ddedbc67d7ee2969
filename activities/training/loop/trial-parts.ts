import type { FromTrainer, TrainJob } from '../../trial/protocol';
import type { OpenTraining } from '../engine';
import type { LoadedDataset } from '../examples/dataset';
import type { TrialFacts } from './trial-facts';

/** Messages that a trial sends on its way. */
export type TrialMessage = Extract<FromTrainer, { type: 'progress' | 'checkpoint' }>;

export interface TrialParts {
  readonly job: TrainJob;
  readonly dataset: LoadedDataset;
  readonly facts: TrialFacts;
  readonly training: OpenTraining;
  /** Identity of the engine, for the report. */
  readonly identity: string;
  readonly onGpu: boolean;
  readonly send: (message: TrialMessage) => void;
  /** Asked before every step, and in evaluations. */
  readonly stopRequested: () => boolean;
}
