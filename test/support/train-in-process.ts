/**
 * Trainings in the test's own process, which must have the native binding.
 *
 * @module
 */
import type { TrainingEngine } from '../../activities/training/engine';
import { Trainer } from '../../activities/training/loop/trainer';
import type { CheckpointFile, TrainJob, TrainReport } from '../../activities/trial/protocol';
import type { Measurement } from '../../workflows/words/outcome';

export interface TrainerInProcess {
  readonly trainer: Trainer;
  /** Those that it has sent so far. */
  readonly checkpoints: readonly CheckpointFile[];
}

/** A trainer without a process around it. */
export function trainerInProcess(
  engine: TrainingEngine,
  onCheckpoint: (checkpoint: CheckpointFile, trainer: Trainer) => void = () => undefined,
): TrainerInProcess {
  const checkpoints: CheckpointFile[] = [];
  const trainer: Trainer = new Trainer({
    engine,
    send(message) {
      if (message.type !== 'checkpoint') return;
      checkpoints.push(message.checkpoint);
      onCheckpoint(message.checkpoint, trainer);
    },
  });
  return { trainer, checkpoints };
}

/** The report of a job that is trained to its end. @throws Error if it is stopped before. */
export async function finished(trainer: Trainer, job: TrainJob): Promise<TrainReport> {
  const end = await trainer.train(job);
  if (end.type !== 'finished') throw new Error(`training stopped at step ${end.step}`);
  return end.report;
}

/** What a training measured. @throws Error if there is nothing. */
export function measurementOf({ outcome }: TrainReport): Measurement {
  if (!('measurement' in outcome)) throw new Error(JSON.stringify(outcome));
  return outcome.measurement;
}

export interface InProcessTraining {
  /** Undefined where it was stopped. */
  readonly report: TrainReport | undefined;
  /** The newest. */
  readonly checkpoint: CheckpointFile | undefined;
}

export interface TrainOptions {
  /** Stops at the first checkpoint of so many steps or more. */
  readonly stopAt?: number;
  readonly onCheckpoint?: (checkpoint: CheckpointFile) => void;
}

/** Trains a job. */
export async function trainInProcess(
  engine: TrainingEngine,
  job: TrainJob,
  { stopAt = Infinity, onCheckpoint }: TrainOptions = {},
): Promise<InProcessTraining> {
  const { trainer, checkpoints } = trainerInProcess(engine, (checkpoint, running) => {
    onCheckpoint?.(checkpoint);
    if (checkpoint.step >= stopAt) running.stop();
  });
  const end = await trainer.train(job);
  return { report: end.type === 'finished' ? end.report : undefined, checkpoint: checkpoints.at(-1) };
}
