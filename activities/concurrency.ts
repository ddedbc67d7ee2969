/**
 * Work beside other work: bounded in number, or given up early.
 *
 * @module
 */

/** Requests to the store at a time, for small objects: most of each is the way there and back. */
export const CONCURRENT_MAX = 16;

/**
 * Does `work` for every item, at most `limit` at a time, begun in the order of the items.
 *
 * @param limit At least 1.
 * @throws What the first failing `work` throws; work under way is not stopped.
 */
export async function forEachConcurrently<T>(
  items: Iterable<T>,
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items[Symbol.iterator]();
  const lane = async (): Promise<void> => {
    for (let next = queue.next(); next.done !== true; next = queue.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: limit }, lane));
}

/**
 * What `work` makes of each item, in the order of the items, with at most `limit` begun and not yet taken.
 *
 * @param limit At least 1.
 * @throws What `work` throws, at its item's turn; work under way is not stopped.
 */
export async function* mapInOrder<T, R>(
  items: Iterable<T>,
  limit: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const queue = items[Symbol.iterator]();
  const begun: Promise<R>[] = [];
  for (;;) {
    while (begun.length < limit) {
      const next = queue.next();
      if (next.done === true) break;
      const one = work(next.value);
      // Its failure is told at its turn, or not at all where nobody takes it any more.
      one.catch(() => undefined);
      begun.push(one);
    }
    const first = begun.shift();
    if (first === undefined) return;
    yield await first;
  }
}

/** Work beside other work, at most so many at a time. */
export class Lanes {
  private readonly running = new Set<Promise<void>>();
  private failure: { readonly reason: unknown } | undefined;

  /** @param limit At least 1. */
  constructor(private readonly limit: number) {}

  /** Begins `work` once there is room. @throws What any work has failed with. */
  async add(work: () => Promise<void>): Promise<void> {
    while (this.running.size >= this.limit) await Promise.race(this.running);
    this.throwFailure();
    const begun = work()
      .catch((reason: unknown) => {
        this.failure ??= { reason };
      })
      .finally(() => this.running.delete(begun));
    this.running.add(begun);
  }

  /** Resolves when nothing is under way, however it ended. */
  async settled(): Promise<void> {
    await Promise.all(this.running);
  }

  /** Resolves when all is done. @throws What any work has failed with. */
  async done(): Promise<void> {
    await this.settled();
    this.throwFailure();
  }

  private throwFailure(): void {
    if (this.failure !== undefined) throw this.failure.reason;
  }
}

/** What `work` comes to, or the signal's reason as soon as it is aborted; the work itself is not stopped. */
export async function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let onAbort = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
