import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { sha256Of } from '../../../activities/content-hash';
import type { TrainJob, TrainReport } from '../../../activities/trial/protocol';
import { TrainerCrashed } from '../../../activities/trial/trainer-process';
import type { TrainerEvents } from '../../../activities/trial/trainer-process';
import type { Outcome } from '../../../workflows/words/outcome';
import { resultOf } from '../ledger/trial-support';

interface Training {
  readonly job: TrainJob;
  readonly events: TrainerEvents;
  readonly end: (report: TrainReport | 'stopped') => void;
  readonly fail: (error: Error) => void;
}

/** A trainer that does what a test says, when it says so. */
export class FakeTrainer {
  readonly identity = 'host/7';
  readonly engine = 'test engine';
  /** What was asked of it. */
  readonly calls: string[] = [];
  /** The training, once it has begun. */
  readonly training: Promise<Training>;
  private begin: (training: Training) => void = () => undefined;
  private running: Training | undefined;

  constructor() {
    this.training = new Promise((resolve) => {
      this.begin = resolve;
    });
  }

  async train(job: TrainJob, events: TrainerEvents): Promise<TrainReport | 'stopped'> {
    this.calls.push('train');
    return new Promise((end, fail) => {
      this.running = { job, events, end, fail };
      this.begin(this.running);
    });
  }

  stop(): void {
    this.calls.push('stop');
  }

  kill(): void {
    this.calls.push('kill');
    this.running?.fail(
      new TrainerCrashed('trainer process ended by SIGKILL', { how: 'by SIGKILL', killed: true, outOfMemory: false }),
    );
  }
}

/** A checkpoint as a trainer writes one into its scratch folder. */
export function writeCheckpoint({ scratchFolder }: TrainJob, step: number): Parameters<TrainerEvents['checkpoint']>[0] {
  const file = path.join(scratchFolder, `checkpoint-${step}.safetensors`);
  writeFileSync(file, `state at ${step}`);
  return {
    path: file,
    step,
    epoch: 0,
    best: false,
    bytes: Buffer.byteLength(`state at ${step}`),
    sha256: sha256Of(`state at ${step}`),
    deviceSeconds: step / 10,
  };
}

export function reportOf({ scratchFolder }: TrainJob, outcome: Outcome = resultOf().outcome): TrainReport {
  const weightsPath = path.join(scratchFolder, 'weights.safetensors');
  writeFileSync(weightsPath, 'weights');
  return { outcome, weightsPath, modelFolder: null, engine: 'test engine' };
}
