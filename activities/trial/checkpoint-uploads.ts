/**
 * Checkpoints on their way to the store, behind the training: only the newest waits while one is under way.
 *
 * @module
 */
import { rm } from 'node:fs/promises';
import { abortable } from '../concurrency';
import { RENEW_SECONDS } from '../ledger/open-trial';
import type { TrialLedger } from '../ledger/ledger';
import type { CheckpointFile } from './protocol';
import { retryStorage } from './retry-storage';

export interface UploadEvents {
  /** Bytes of an upload moved, or one more try at it begins. */
  readonly onMoved: () => void;
  /** This attempt can keep nothing any more: another one holds the trial, or the store stayed away. */
  readonly onLost: (reason: unknown) => void;
}

/** What is asked of the ledger here. */
export type UploadLedger = Pick<TrialLedger, 'checkpoint' | 'commitCheckpoint' | 'renew'>;

export class CheckpointUploads {
  private waiting: CheckpointFile | undefined;
  private working: Promise<void> = Promise.resolve();
  private busy = false;
  private failure: { readonly reason: unknown } | undefined;
  private wroteAt = performance.now();
  private readonly useless = new AbortController();

  /**
   * @param ending Aborted when the attempt ends: then no failed upload is tried again.
   * @param cutOff Aborted when it ends without waiting for what is under way.
   */
  constructor(
    private readonly ledger: UploadLedger,
    private readonly events: UploadEvents,
    private readonly ending: AbortSignal,
    private readonly cutOff: AbortSignal,
  ) {}

  /** Step of the newest committed checkpoint. */
  get committedStep(): number {
    return this.ledger.checkpoint?.step ?? 0;
  }

  /** Takes a local file, which is gone once it is uploaded or a newer one has taken its place. */
  add(file: CheckpointFile): void {
    if (this.failure !== undefined) return;
    if (this.waiting !== undefined) discard(this.waiting);
    this.waiting = file;
    if (this.busy) return;
    this.busy = true;
    this.working = this.work();
  }

  /**
   * Keeps the trial this attempt's own between checkpoints; to be called often. A trial that is another's already is
   * told by `onLost`.
   */
  keepAlive(): void {
    if (this.failure !== undefined || performance.now() - this.wroteAt < RENEW_SECONDS * 1000) return;
    this.wroteAt = performance.now();
    this.ledger.renew().catch((error: unknown) => {
      // A store that is away may be back for the next one.
      if (error instanceof Error && error.name === 'Fenced') this.lose(error);
    });
  }

  /** Resolves when all that was added is in the store. @throws What ended the uploads, or cut them off. */
  async drained(): Promise<void> {
    await abortable(this.working, this.cutOff);
    if (this.failure !== undefined) throw this.failure.reason;
  }

  /** Gives up what is not in the store yet: the training has a result, and nobody goes on from a checkpoint of it. */
  async abandon(): Promise<void> {
    if (this.waiting !== undefined) discard(this.waiting);
    this.waiting = undefined;
    this.useless.abort(new Error('the training has ended'));
    await this.drained();
  }

  /** Resolves when nothing is waited for any more, however it ended. */
  async settled(): Promise<void> {
    await abortable(this.working, this.cutOff).catch(() => undefined);
  }

  private async work(): Promise<void> {
    try {
      for (let file = this.take(); file !== undefined; file = this.take()) {
        const { path } = file;
        const committed = file;
        const { onMoved } = this.events;
        const put = (moved: () => void): Promise<void> => {
          const signal = AbortSignal.any([this.cutOff, this.useless.signal]);
          return this.ledger.commitCheckpoint(committed, { onMoved: moved, signal });
        };
        await retryStorage(put, { signal: AbortSignal.any([this.ending, this.useless.signal]), onMoved });
        await rm(path, { force: true });
        this.wroteAt = performance.now();
        this.events.onMoved();
      }
    } catch (error) {
      if (error !== this.useless.signal.reason) this.lose(error);
    } finally {
      this.busy = false;
    }
  }

  private lose(reason: unknown): void {
    if (this.failure !== undefined) return;
    this.failure = { reason };
    this.events.onLost(reason);
  }

  private take(): CheckpointFile | undefined {
    const file = this.waiting;
    this.waiting = undefined;
    return file;
  }
}

function discard({ path }: CheckpointFile): void {
  // A file that stays is deleted with the attempt's folder.
  rm(path, { force: true }).catch(() => undefined);
}
