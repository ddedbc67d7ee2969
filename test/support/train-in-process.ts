import type { EngineCache } from '../../activities/training/tensorflow/engine-cache';
import { Trainer } from '../../activities/training/loop/trainer';
import type { CheckpointFile, TrainJob, TrainReport } from '../../activities/trial/protocol';

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

/** Trains a job in the test's own process, which must have the native binding. */
export async function trainInProcess(
  engines: EngineCache,
  job: TrainJob,
  { stopAt = Infinity, onCheckpoint }: TrainOptions = {},
): Promise<InProcessTraining> {
  let checkpoint: CheckpointFile | undefined;
  const trainer: Trainer = new Trainer({
    engines,
    identity: 'test',
    send(message) {
      if (message.type !== 'checkpoint') return;
      checkpoint = message.checkpoint;
      onCheckpoint?.(checkpoint);
      if (checkpoint.step >= stopAt) trainer.stop();
    },
  });
  const end = await trainer.train(job);
  return { report: end.type === 'finished' ? end.report : undefined, checkpoint };
}
