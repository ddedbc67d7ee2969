import { setTimeout as delay } from 'node:timers/promises';
import { startWorker } from '../support/worker-process';
import type { WorkerProcess } from '../support/worker-process';

/** A worker that starts while a server is away ends at once, and is started again after this. */
const RESTART_MILLISECONDS = 500;

/** A place where a worker runs, and another one when it has ended: what a process manager is in production. */
export class Post {
  private worker: WorkerProcess | undefined;
  private closing = false;
  private readonly kept: Promise<void>;

  constructor(
    readonly name: string,
    readonly kind: 'tuner' | 'training',
    private readonly environment: Readonly<Record<string, string>>,
  ) {
    this.kept = this.keep();
  }

  /** The worker that runs now; undefined between two. */
  get current(): WorkerProcess | undefined {
    return this.worker;
  }

  /** Folder of its data sets and scratch files. */
  get cacheFolder(): string {
    return this.environment['STEPWELL_CACHE'] ?? '';
  }

  /** Ends it in order. */
  async close(): Promise<void> {
    this.closing = true;
    await this.worker?.stop();
    await this.kept;
  }

  private async keep(): Promise<void> {
    while (!this.closing) {
      this.worker = await startWorker(this.kind, this.environment).catch(() => undefined);
      if (this.closing) await this.worker?.stop();
      if (this.worker === undefined) await delay(RESTART_MILLISECONDS);
      await this.worker?.ended;
      this.worker = undefined;
    }
  }
}
