/**
 * One garbage collection at a time, and its word to studies that begin meanwhile.
 *
 * A study that begins pins a data set, and maybe a model's bundle, that may have lain unused for years, so nothing but a handshake keeps both from
 * believing what was true a moment ago. The collector first writes what it condemns, then reads what is
 * pinned; a study first writes what it pins, then reads what is condemned. Stores answer in one order to all, so at
 * least one of the two sees the other: the collector spares what is pinned, or the study waits until the collector is
 * done and writes what is gone.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { PreconditionFailed } from '../storage/object-store';
import type { ObjectStore } from '../storage/object-store';

const KEY = 'garbage-collection.json';

/** A collector that has not written for so long is gone; a live one stops deleting well before. */
const LOCK_SECONDS = 600;
const WORK_SECONDS_MAX = LOCK_SECONDS / 2;

const LOOK_EVERY_MILLISECONDS = 100;

interface CollectorNote {
  readonly token: string;
  readonly condemned: readonly string[];
}

/** Another collection runs, or has just died. */
export class GarbageBusy extends Error {
  override readonly name = 'GarbageBusy';
}

export class CollectorLock {
  private readonly token = randomUUID();
  private wroteAt = performance.now();

  private constructor(
    private readonly store: ObjectStore,
    private etag: string,
  ) {}

  /** @throws GarbageBusy */
  static async acquire(store: ObjectStore): Promise<CollectorLock> {
    const found = await store.get(KEY);
    if (found !== undefined && !(await isAbandoned(store))) throw busy(store);
    const lock = new CollectorLock(store, '');
    await lock.write([], found?.etag);
    return lock;
  }

  /** The store's own time now, in milliseconds: ages are told by one clock. */
  async storeTime(): Promise<number> {
    return (await lockTime(this.store)) ?? Date.now();
  }

  /**
   * Tells studies that begin that these data sets and bundles are going, by their hashes.
   * @throws GarbageBusy if another collector took this one for dead.
   */
  async condemn(pinned: readonly string[]): Promise<void> {
    await this.write(pinned, this.etag);
  }

  /** Whether what was written is recent enough to delete by. */
  isFresh(): boolean {
    return performance.now() - this.wroteAt < WORK_SECONDS_MAX * 1000;
  }

  async release(): Promise<void> {
    if (this.isFresh()) await this.store.delete([KEY]);
  }

  private async write(condemned: readonly string[], over: string | undefined): Promise<void> {
    const note: CollectorNote & { readonly at: number } = { token: this.token, condemned, at: Date.now() };
    try {
      const written = await this.store.put(
        KEY,
        Buffer.from(JSON.stringify(note)),
        over === undefined ? { ifNoneMatch: '*' } : { ifMatch: over },
      );
      this.etag = written.etag;
      this.wroteAt = performance.now();
    } catch (error) {
      throw error instanceof PreconditionFailed ? busy(this.store) : error;
    }
  }
}

/** Waits until no collector condemns any of them any more. To be called after the study that pins them is in the store. */
export async function waitWhileCondemned(store: ObjectStore, pinned: readonly string[]): Promise<void> {
  for (;;) {
    const found = await store.get(KEY);
    const condemned = found === undefined ? [] : condemnedIn(found.bytes);
    if (!pinned.some((sha256) => condemned.includes(sha256)) || (await isAbandoned(store))) return;
    await delay(LOOK_EVERY_MILLISECONDS);
  }
}

function condemnedIn(bytes: Uint8Array): readonly string[] {
  return (JSON.parse(Buffer.from(bytes).toString('utf8')) as CollectorNote).condemned;
}

async function isAbandoned(store: ObjectStore): Promise<boolean> {
  const at = await lockTime(store);
  return at === undefined || Math.abs(Date.now() - at) > LOCK_SECONDS * 1000;
}

async function lockTime(store: ObjectStore): Promise<number | undefined> {
  return (await store.list(KEY)).find(({ key }) => key === KEY)?.modifiedAt;
}

function busy({ uri }: ObjectStore): GarbageBusy {
  return new GarbageBusy(
    `another stepwell gc works on ${uri}; wait for it, or if it has died, ${LOCK_SECONDS / 60} minutes`,
  );
}
