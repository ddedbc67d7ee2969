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
import type { AnsweredTrial, RunTrialInput, TrialProgress } from '../../workflows/words/contract';
import type { TrialResult } from '../../workflows/words/outcome';
import { askedDigest } from '../../workflows/trials/asked';
import { abortable } from '../concurrency';
import { ensureDataset } from '../datasets/packed/cache';
import { forgetLeastUsed, holdDataset } from '../datasets/packed/cache-limit';
import { asFailure } from '../failures';
import { assertNotBusy, openTrial, TrialBusy } from '../ledger/open-trial';
import { StorageUnavailable } from '../storage/object-store';
import type { ObjectStore } from '../storage/object-store';
import { TrainerStalled } from './attempt-end';
import { fetchBundle } from './fetch-bundle';
import { fetchWeights } from './fetch-pinned';
import { Liveness } from './liveness';
import type { Phase } from './liveness';
import { newScratchFolder } from './scratch-folder';
import { STOP_SECONDS } from './stopping';
import type { TrainerKind, TrainerPool } from './trainer-pool';
import type { TrainerProcess } from './trainer-process';
import { TrainingAttempt } from './training-attempt';
import { trialHash } from './trial-hash';

export interface RunTrialDependencies {
  readonly store: ObjectStore;
  readonly trainers: TrainerPool;
  /** Local folder for data sets, model bundles and scratch files. */
  readonly cacheFolder: string;
  /** Of packed data sets in the cache; those in use stay even above it. No limit by default. */
  readonly cacheBytesMax?: number | undefined;
  /** How long a worker that is told to stop may take to hand its trials over; default `STOP_SECONDS`. */
  readonly stopSeconds?: number;
}

/** Temporal forgets a worker this long after its last heartbeat, unless the caller of the activity says otherwise. */
const HEARTBEAT_TIMEOUT_MILLISECONDS = 12_000;

/** One in four of a timeout may be late or lost. */
const HEARTBEATS_PER_TIMEOUT = 4;

/** Until a trial that another activity trains is looked at again. */
const BUSY_RETRY = '5 seconds';

/** @returns The `runTrial` activity on these dependencies. */
export function createRunTrial(dependencies: RunTrialDependencies): (input: RunTrialInput) => Promise<AnsweredTrial> {
  return async (input) => {
    try {
      return { ...(await new RunningTrial(dependencies, input).run()), asked: askedDigest(input.trial) };
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
      onStall: (seconds, phase) => {
        const stall = this.stall(seconds, phase);
        this.ending.abort(stall);
        this.attempt?.cutOff(stall);
      },
    });
    try {
      const { trainers } = this.dependencies;
      return await trainers.use(
        this.input.trial.process,
        (trainer, release) => this.train(trainer, release, liveness),
        this.ending.signal,
        (kind) => this.look(kind),
      );
    } finally {
      liveness.end();
      this.cancelled.removeEventListener('abort', onCancelled);
    }
  }

  /** So that a trial that is trained elsewhere costs no start of a trainer each time that it is come back to. */
  private async look(kind: TrainerKind): Promise<void> {
    const {
      input,
      dependencies: { store },
    } = this;
    const hash = trialHash(input, kind);
    await assertNotBusy(store, { hash, owner: this.owner('') });
  }

  private async train(trainer: TrainerProcess, release: () => void, liveness: Liveness): Promise<TrialResult> {
    const {
      input,
      ending,
      info,
      previous,
      dependencies: { store, cacheFolder, stopSeconds = STOP_SECONDS },
    } = this;
    const {
      trial: { trialId },
      model,
    } = input;
    liveness.enter('transferring');
    const scratchFolder = await newScratchFolder(cacheFolder);
    const transfer = { onMoved: () => liveness.moved(), signal: ending.signal };
    try {
      const hash = trialHash(input, trainer);
      const opened = await abortable(openTrial(store, { hash, owner: this.owner(trainer.identity) }), ending.signal);
      if ('finished' in opened) return { ...opened.finished, trialId };
      const attempt = new TrainingAttempt({
        input,
        hash,
        trainer,
        ledger: opened,
        liveness,
        scratchFolder,
        fetchModel: () => fetchBundle(store, model, path.join(cacheFolder, 'models'), transfer),
        fetchWeights: () =>
          fetchWeights(store, model.initialWeights ?? {}, path.join(cacheFolder, 'weights'), transfer),
        heartbeat: previous,
        attempt: info.attempt,
        ending,
        stopSeconds,
        fetchDataset: () => this.fetchDataset(liveness),
        onProgress: (progress) => {
          this.progress = progress;
        },
        onTrained: release,
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
    const look = this.info.attempt === 1 ? 'eachMinute' : 'always';
    const folder = await ensureDataset(store, dataset, cache, {
      onMoved: () => liveness.moved(),
      signal: this.ending.signal,
      look,
    });
    if (cacheBytesMax !== undefined) await forgetLeastUsed(cache, cacheBytesMax);
    return folder;
  }

  private owner(worker: string) {
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
      worker,
      ...(studyRun !== undefined && { studyRun }),
    };
  }

  private stall(seconds: number, phase: Phase): Error {
    const { trialId, step } = this.progress;
    const facts = `for ${Math.round(seconds)} s [trial=${trialId}, step=${step}]`;
    return phase === 'training'
      ? new TrainerStalled(`trainer made no progress ${facts}`, seconds)
      : new StorageUnavailable(`no byte came from the store or went there ${facts}`);
  }
}
