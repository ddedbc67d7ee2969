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
import { retryStorage } from './retry-storage';
import { isCancellation, Stopping } from './stopping';
import { TrainerCrashed } from './trainer-process';
import type { TrainerProcess } from './trainer-process';

/** Word of what ended an attempt is left within this, or not at all. */
const NOTE_MILLISECONDS_MAX = 5_000;

export interface TrainingAttemptOptions {
  readonly input: RunTrialInput;
  readonly hash: string;
  readonly trainer: Pick<TrainerProcess, 'identity' | 'engine' | 'train' | 'stop' | 'kill'>;
  readonly ledger: TrialLedger;
  readonly liveness: Pick<Liveness, 'enter' | 'moved' | 'stepped'>;
  /** Brings the data set onto this machine. @returns its folder. */
  readonly fetchDataset: () => Promise<string>;
  readonly scratchFolder: string;
  /** Brings the bundle of a model module onto this machine. @returns its file, `null` for other models. */
  readonly fetchModel: () => Promise<string | null>;
  /** Brings the weights that the model starts from onto this machine. @returns their file, `null` where there are none. */
  readonly fetchWeights: () => Promise<string | null>;
  /** What the attempt before this one last said, if Temporal knows. */
  readonly heartbeat: TrialProgress | undefined;
  readonly attempt: number;
  /**
   * Ends the attempt from outside; its reason is what must be thrown. A `CancelledFailure` leaves time for a
   * checkpoint.
   */
  readonly ending: AbortController;
  /** How long a worker that is told to stop may take. */
  readonly stopSeconds: number;
  readonly onProgress: (progress: TrialProgress) => void;
  /** Called when the trainer has trained and is needed no more. */
  readonly onTrained: () => void;
  /** Told of what went wrong without ending the attempt. */
  readonly warn: (problem: string) => void;
}

export class TrainingAttempt {
  private readonly uploads: CheckpointUploads;
  private readonly signal: AbortSignal;
  private readonly stopping: Stopping;
  private last: Pick<Death, 'step' | 'deviceSeconds'> = { step: 0, deviceSeconds: 0 };
  private restoredStep = 0;

  constructor(private readonly options: TrainingAttemptOptions) {
    const { ledger, liveness, ending, stopSeconds } = options;
    this.signal = ending.signal;
    this.stopping = new Stopping(ending.signal, stopSeconds);
    const onLost = (reason: unknown): void => {
      ending.abort(reason);
      this.stopping.cutOff(reason);
    };
    this.uploads = new CheckpointUploads(
      ledger,
      { onMoved: () => liveness.moved(), onLost },
      ending.signal,
      this.stopping.signal,
    );
  }

  /** Ends the attempt without a wait for anything, also where it is stopping in order. */
  cutOff(reason: unknown): void {
    this.options.ending.abort(reason);
    this.stopping.cutOff(reason);
  }

  /** To be called often while the attempt runs: keeps the trial its own, and notices if it is not any more. */
  keepAlive(): void {
    this.uploads.keepAlive();
  }

  /** @throws The reason of the signal, TrainerCrashed, what the trainer reports, or what the store does. */
  async run(): Promise<TrialResult> {
    const { liveness, onTrained } = this.options;
    try {
      liveness.enter('transferring');
      const job = await abortable(this.job(), this.signal);
      const report = await this.train(job);
      onTrained();
      liveness.enter('transferring');
      if (report === 'stopped' || report.outcome.status === 'paused') await this.uploads.drained();
      else await this.uploads.abandon();
      if (report === 'stopped') throw stoppedByOthers();
      return await this.finish(report);
    } catch (error) {
      return await this.end(this.signal.aborted ? this.signal.reason : error);
    } finally {
      this.stopping.end();
    }
  }

  private async job(): Promise<TrainJob> {
    const { input, scratchFolder, fetchModel, fetchWeights, fetchDataset } = this.options;
    const restored = await this.recover();
    const datasetFolder = await fetchDataset();
    const modelBundle = await fetchModel();
    const initialWeights = restored === null ? await fetchWeights() : null;
    return {
      ...input,
      datasetFolder,
      scratchFolder,
      modelBundle,
      initialWeights,
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
    const transfer = { onMoved: () => this.options.liveness.moved(), signal: this.signal };
    const restored =
      process === 'fresh' ? null : await ledger.restore(path.join(scratchFolder, 'resume.safetensors'), warn, transfer);
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
    return restored;
  }

  private async train(job: TrainJob): Promise<TrainReport | 'stopped'> {
    const { trainer, liveness, onProgress, input } = this.options;
    let grace: NodeJS.Timeout | undefined;
    const kill = (): void => trainer.kill();
    const stop = (): void => {
      if (!isCancellation(this.signal.reason)) return;
      trainer.stop();
      grace = setTimeout(kill, this.stopping.trainerMilliseconds);
    };
    this.signal.throwIfAborted();
    this.signal.addEventListener('abort', stop, { once: true });
    this.stopping.signal.addEventListener('abort', kill, { once: true });
    liveness.enter('training');
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
      this.signal.removeEventListener('abort', stop);
      this.stopping.signal.removeEventListener('abort', kill);
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
    const { signal } = this.stopping;
    const finished = retryStorage(
      (onMoved) => ledger.finish(result, { weightsPath, modelFolder }, { onMoved, signal }),
      { signal: this.signal, onMoved: () => liveness.moved() },
    );
    return abortable(finished, signal);
  }

  /** Leaves word of what ended the attempt, and throws it; unless it is a finding. */
  private async end(error: unknown): Promise<TrialResult> {
    const {
      input: { trial },
      ledger,
      scratchFolder,
      liveness,
    } = this.options;
    liveness.enter('transferring');
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
    // The store may be what ended the attempt, or the trial another's by now: what counts is the error itself.
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), NOTE_MILLISECONDS_MAX);
    await abortable(ledger.noteDeath(end.death), patience.signal).catch(() => undefined);
    clearTimeout(timer);
    throw end.thrown;
  }
}

/** Its checkpoint is in the store. Where the worker is told to stop too, that is what counts. */
function stoppedByOthers(): TrainerCrashed {
  const how = 'by a signal, in order';
  return new TrainerCrashed(`trainer process was told to stop ${how}`, { how, killed: true, outOfMemory: false });
}
