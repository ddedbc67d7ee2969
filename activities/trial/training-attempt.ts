/**
 * One attempt at a trial: the trainer trains, checkpoints go to the store behind it, and whatever ends the attempt is
 * written down where the next one finds it.
 *
 * @module
 */
import path from 'node:path';
import type { RunTrialInput, TrialProgress } from '../../workflows/words/contract';
import type { Outcome, TrialResult } from '../../workflows/words/outcome';
import { abortable } from '../concurrency';
import type { RestoredCheckpoint, TrialLedger } from '../ledger/ledger';
import type { Death } from '../ledger/manifest';
import { endOf, hangsFrom } from './attempt-end';
import { CheckpointUploads } from './checkpoint-uploads';
import type { Liveness } from './liveness';
import type { CheckpointFile, TrainJob, TrainReport } from './protocol';
import { receiptOf } from './receipt';
import type { TrainerProcess } from './trainer-process';
import { retryStorage } from './retry-storage';

/** A stopping trainer writes its checkpoint within this, or loses what it did since the last one. */
const STOP_GRACE_SECONDS = 8;

export interface TrainingAttemptOptions {
  readonly input: RunTrialInput;
  readonly hash: string;
  readonly trainer: Pick<TrainerProcess, 'identity' | 'engine' | 'train' | 'stop' | 'kill'>;
  readonly ledger: TrialLedger;
  readonly liveness: Pick<Liveness, 'moved' | 'stepped'>;
  /** Brings the data set onto this machine. @returns its folder. */
  readonly fetchDataset: () => Promise<string>;
  readonly scratchFolder: string;
  readonly modelFolder: string | null;
  /** What the attempt before this one last said, if Temporal knows. */
  readonly heartbeat: TrialProgress | undefined;
  readonly attempt: number;
  /**
   * Ends the attempt from outside; its reason is what must be thrown. A `CancelledFailure` leaves time for a
   * checkpoint.
   */
  readonly ending: AbortController;
  readonly onProgress: (progress: TrialProgress) => void;
  /** Told of what went wrong without ending the attempt. */
  readonly warn: (problem: string) => void;
}

export class TrainingAttempt {
  private readonly uploads: CheckpointUploads;
  private readonly signal: AbortSignal;
  private last: Pick<Death, 'step' | 'deviceSeconds'> = { step: 0, deviceSeconds: 0 };
  private restoredStep = 0;

  constructor(private readonly options: TrainingAttemptOptions) {
    const { ledger, liveness, ending } = options;
    this.signal = ending.signal;
    this.uploads = new CheckpointUploads(
      ledger,
      { onMoved: () => liveness.moved(), onLost: (reason) => ending.abort(reason) },
      ending.signal,
    );
  }

  /** To be called often while the attempt runs: keeps the trial its own, and notices if it is not any more. */
  keepAlive(): void {
    this.uploads.keepAlive();
  }

  /** @throws The reason of the signal, TrainerCrashed, what the trainer reports, or what the store does. */
  async run(): Promise<TrialResult> {
    try {
      const job = await abortable(this.job(), this.signal);
      const report = await this.train(job);
      if (report === 'stopped' || report.outcome.status === 'paused') await this.uploads.drained();
      else await this.uploads.abandon();
      if (report === 'stopped') throw this.signal.reason;
      return await this.finish(report);
    } catch (error) {
      return this.end(this.signal.aborted ? this.signal.reason : error);
    }
  }

  private async job(): Promise<TrainJob> {
    const { input, scratchFolder, modelFolder, fetchDataset } = this.options;
    const { trial, model, optimizer, objective, dataset, checkpointEverySeconds, checkpointEverySteps } = input;
    const restored = await this.recover();
    const datasetFolder = await fetchDataset();
    return {
      trial,
      model,
      optimizer,
      objective,
      dataset,
      datasetFolder,
      scratchFolder,
      checkpointEverySeconds,
      ...(checkpointEverySteps !== undefined && { checkpointEverySteps }),
      modelFolder,
      resumeFrom: restored?.path ?? null,
    };
  }

  /** Fetches the checkpoint to go on from, and writes the receipt if somebody worked on this trial before. */
  private async recover(): Promise<RestoredCheckpoint | null> {
    const {
      input: {
        trial: { trialId, process },
      },
      ledger,
      trainer,
      scratchFolder,
      heartbeat,
      attempt,
      warn,
    } = this.options;
    const restored =
      process === 'fresh' ? null : await ledger.restore(path.join(scratchFolder, 'resume.safetensors'), warn);
    const receipt = receiptOf({
      trialId,
      previous: ledger.previous,
      heartbeat,
      restored,
      attempt,
      worker: trainer.identity,
    });
    if (receipt !== undefined) await ledger.addReceipt(receipt);
    if (restored !== null) this.last = { step: restored.step, deviceSeconds: restored.deviceSeconds };
    this.restoredStep = restored?.step ?? 0;
    this.options.liveness.moved();
    return restored;
  }

  private async train(job: TrainJob): Promise<TrainReport | 'stopped'> {
    const { trainer, liveness, onProgress, input } = this.options;
    let grace: NodeJS.Timeout | undefined;
    const onAbort = (): void => {
      if (!isCancellation(this.signal.reason)) return trainer.kill();
      trainer.stop();
      grace = setTimeout(() => trainer.kill(), STOP_GRACE_SECONDS * 1000);
    };
    this.signal.throwIfAborted();
    this.signal.addEventListener('abort', onAbort, { once: true });
    liveness.moved();
    try {
      return await trainer.train(job, {
        progress: ({ step, stepsTotal, epoch, loss, deviceSeconds }) => {
          this.last = { step, deviceSeconds };
          liveness.stepped();
          onProgress({
            trialId: input.trial.trialId,
            step,
            stepsTotal,
            epoch,
            loss,
            deviceSeconds,
            checkpointStep: this.uploads.committedStep,
          });
        },
        checkpoint: (file) => this.keep(file),
      });
    } finally {
      clearTimeout(grace);
      this.signal.removeEventListener('abort', onAbort);
    }
  }

  private keep(file: CheckpointFile): void {
    if (file.step >= this.last.step) this.last = { step: file.step, deviceSeconds: file.deviceSeconds };
    this.options.liveness.stepped();
    // A fresh trial is never resumed, and an upload beside it would change the times that it measures.
    if (this.options.input.trial.process === 'warm') this.uploads.add(file);
  }

  private async finish({ outcome, weightsPath, modelFolder }: Omit<TrainReport, 'engine'>): Promise<TrialResult> {
    const { input, hash, ledger, trainer, liveness } = this.options;
    // Another study's segment has been as far as this one was to go.
    const reused =
      outcome.status === 'paused' && ledger.followsOthersPause && outcome.measurement.steps === this.restoredStep;
    const result: TrialResult = {
      trialId: input.trial.trialId,
      hash,
      outcome,
      weights: null,
      model: null,
      receipts: ledger.receipts,
      reused,
      worker: trainer.identity,
      engine: trainer.engine,
    };
    const finish = (): Promise<TrialResult> => ledger.finish(result, { weightsPath, modelFolder });
    return retryStorage(finish, { signal: this.signal, onRetry: () => liveness.moved() });
  }

  /** Leaves word of what ended the attempt, and throws it; unless it is a finding. */
  private async end(error: unknown): Promise<TrialResult> {
    const {
      input: { trial },
      ledger,
      scratchFolder,
      trainer,
    } = this.options;
    await this.uploads.settled();
    const hangsBefore = hangsFrom(this.restoredStep, ledger.receipts);
    const end = endOf(error, {
      ...this.last,
      process: trial.process,
      previousError: ledger.previousError,
      hangsBefore,
      scratchFolder,
    });
    if ('outcome' in end)
      return this.finish({ outcome: end.outcome satisfies Outcome, weightsPath: null, modelFolder: null });
    // Whoever reads that the trial has ended may start it at once: this trainer must not train on beside that.
    if (!isCancellation(error)) trainer.kill();
    // The store may be what ended the attempt, or the trial another's by now: what counts is the error itself.
    await ledger.noteDeath(end.death).catch(() => undefined);
    throw end.thrown;
  }
}

/** By name: classes differ between realms. */
function isCancellation(reason: unknown): boolean {
  return reason instanceof Error && reason.name === 'CancelledFailure';
}
