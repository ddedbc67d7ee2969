/**
 * The activity that trains one trial: from its newest checkpoint, with checkpoints on the way, to a result in the
 * store.
 *
 * @module
 */
import { activityInfo, ApplicationFailure, cancellationSignal, heartbeat, log } from '@temporalio/activity';
import { ApplicationFailureCategory } from '@temporalio/common';
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { RunTrialInput, TrialProgress } from '../../workflows/words/contract';
import type { TrialResult } from '../../workflows/words/outcome';
import { abortable } from '../concurrency';
import { ensureDataset } from '../datasets/packed/cache';
import { forgetLeastUsed, holdDataset } from '../datasets/packed/cache-limit';
import { asFailure } from '../failures';
import { openTrial, TrialBusy } from '../ledger/open-trial';
import type { ObjectStore } from '../storage/object-store';
import { TrainerStalled } from './attempt-end';
import { Liveness } from './liveness';
import { newScratchFolder } from './scratch-folder';
import type { TrainerPool } from './trainer-pool';
import type { TrainerProcess } from './trainer-process';
import { TrainingAttempt } from './training-attempt';
import { modelSourceHash, trialHash } from './trial-hash';

export interface RunTrialDependencies {
  readonly store: ObjectStore;
  readonly trainers: TrainerPool;
  /** Local folder for data sets and scratch files. */
  readonly cacheFolder: string;
  /** Of packed data sets in the cache; those in use stay even above it. No limit by default. */
  readonly cacheBytesMax?: number | undefined;
  /** Folder that `model.module` may be loaded from. */
  readonly modelFolder: string | null;
}

/** Temporal forgets a worker this long after its last heartbeat, unless the caller of the activity says otherwise. */
const HEARTBEAT_TIMEOUT_MILLISECONDS = 12_000;

/** One in four of a timeout may be late or lost. */
const HEARTBEATS_PER_TIMEOUT = 4;

/** Until a trial that another activity trains is looked at again. */
const BUSY_RETRY = '5 seconds';

/** @returns The `runTrial` activity on these dependencies. */
export function createRunTrial(dependencies: RunTrialDependencies): (input: RunTrialInput) => Promise<TrialResult> {
  return async (input) => {
    try {
      return await new RunningTrial(dependencies, input).run();
    } catch (error) {
      throw error instanceof TrialBusy ? comeAgain(error) : asFailure(error);
    }
  };
}

/** Not counted as trouble by Temporal's metrics and logs. */
function comeAgain({ name, message }: TrialBusy): ApplicationFailure {
  return ApplicationFailure.create({
    type: name,
    message,
    nextRetryDelay: BUSY_RETRY,
    category: ApplicationFailureCategory.BENIGN,
  });
}

/**
 * One execution of the activity. Heartbeats cover all of it, from the wait for a trainer to the last byte of the
 * result.
 */
class RunningTrial {
  private readonly info = activityInfo();
  private readonly cancelled = cancellationSignal();
  /**
   * Aborted by whatever ends the trial before its time: Temporal, a stall, the loss of the trial to another attempt.
   */
  private readonly ending = new AbortController();
  private readonly previous: TrialProgress | undefined = this.info.heartbeatDetails as TrialProgress | undefined;
  private progress: TrialProgress;
  private attempt: TrainingAttempt | undefined;
  private releaseDataset: () => void = () => undefined;

  constructor(
    private readonly dependencies: RunTrialDependencies,
    private readonly input: RunTrialInput,
  ) {
    this.progress = this.previous ?? {
      trialId: input.trial.trialId,
      step: 0,
      stepsTotal: 0,
      epoch: 0,
      loss: null,
      checkpointStep: 0,
      deviceSeconds: 0,
    };
  }

  async run(): Promise<TrialResult> {
    const onCancelled = (): void => this.ending.abort(this.cancelled.reason);
    this.cancelled.addEventListener('abort', onCancelled, { once: true });
    if (this.cancelled.aborted) onCancelled();
    const liveness = new Liveness({
      heartbeat: () => {
        heartbeat(this.progress);
        this.attempt?.keepAlive();
      },
      heartbeatEverySeconds:
        (this.info.heartbeatTimeoutMs ?? HEARTBEAT_TIMEOUT_MILLISECONDS) / 1000 / HEARTBEATS_PER_TIMEOUT,
      onStall: (seconds) => this.ending.abort(this.stall(seconds)),
    });
    try {
      const { trainers } = this.dependencies;
      return await trainers.use(
        this.input.trial.process,
        (trainer) => this.train(trainer, liveness),
        this.ending.signal,
      );
    } finally {
      liveness.end();
      this.cancelled.removeEventListener('abort', onCancelled);
    }
  }

  private async train(trainer: TrainerProcess, liveness: Liveness): Promise<TrialResult> {
    const {
      input,
      ending,
      info,
      previous,
      dependencies: { store, cacheFolder, modelFolder },
    } = this;
    const {
      trial: { trialId },
      model,
    } = input;
    liveness.moved();
    const scratchFolder = await newScratchFolder(cacheFolder);
    try {
      const hash = trialHash(input, trainer, await modelSourceHash(model, modelFolder));
      const opened = await abortable(openTrial(store, { hash, owner: this.owner(trainer) }), ending.signal);
      if ('finished' in opened) return { ...opened.finished, trialId };
      const attempt = new TrainingAttempt({
        input,
        hash,
        trainer,
        ledger: opened,
        liveness,
        scratchFolder,
        modelFolder,
        heartbeat: previous,
        attempt: info.attempt,
        ending,
        fetchDataset: () => this.fetchDataset(liveness),
        onProgress: (progress) => {
          this.progress = progress;
        },
        warn: (problem) => log.warn(problem, { trialId }),
      });
      this.attempt = attempt;
      const result = await attempt.run();
      log.info('trial ended', { trialId, status: result.outcome.status, recoveries: result.receipts.length });
      return result;
    } finally {
      this.releaseDataset();
      await rm(scratchFolder, { recursive: true, force: true });
    }
  }

  /** Held before it is looked at, so that nobody forgets it in between. */
  private async fetchDataset(liveness: Liveness): Promise<string> {
    const {
      input: { dataset },
      dependencies: { store, cacheFolder, cacheBytesMax },
    } = this;
    // Nobody would end the hold of an attempt that has ended.
    this.ending.signal.throwIfAborted();
    const cache = path.join(cacheFolder, 'datasets');
    this.releaseDataset = holdDataset(path.join(cache, dataset.sha256));
    const folder = await ensureDataset(store, dataset, cache, () => liveness.moved());
    if (cacheBytesMax !== undefined) await forgetLeastUsed(cache, cacheBytesMax);
    return folder;
  }

  private owner({ identity }: TrainerProcess) {
    const {
      info,
      input: { studyRun },
    } = this;
    // An activity may be run without a workflow; its id is its own then.
    const { workflowId = '', runId = info.activityRunId ?? '' } = info.workflowExecution ?? {};
    return {
      workflowId,
      runId,
      activityId: info.activityId,
      attempt: info.attempt,
      token: randomUUID(),
      worker: identity,
      ...(studyRun !== undefined && { studyRun }),
    };
  }

  private stall(seconds: number): TrainerStalled {
    const { trialId, step } = this.progress;
    return new TrainerStalled(
      `trainer made no progress for ${Math.round(seconds)} s [trial=${trialId}, step=${step}]`,
      seconds,
    );
  }
}
