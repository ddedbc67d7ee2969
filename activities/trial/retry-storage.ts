import { setTimeout as sleep } from 'node:timers/promises';

/** A store that is restarted or moved comes back within this, and so do many whose credentials are renewed. */
const RETRY_SECONDS_MAX = 300;
const PAUSE_SECONDS_MIN = 0.5;
const PAUSE_SECONDS_MAX = 10;

const PASSING: readonly string[] = ['StorageUnavailable', 'StorageRefused'];

export interface RetryOptions {
  /** Once aborted, the next failure is the last: whoever stops a worker does not wait for a store. */
  readonly signal: AbortSignal;
  /** Called before every further try. */
  readonly onRetry: () => void;
}

/**
 * Does `work` again, with growing pauses, while it fails for a store that cannot be reached, or refuses for now.
 * @throws what it fails with otherwise, or at last.
 */
export async function retryStorage<T>(work: () => Promise<T>, { signal, onRetry }: RetryOptions): Promise<T> {
  const giveUpAt = performance.now() + RETRY_SECONDS_MAX * 1000;
  for (let pause = PAUSE_SECONDS_MIN; ; pause = Math.min(2 * pause, PAUSE_SECONDS_MAX)) {
    try {
      return await work();
    } catch (error) {
      const passing = error instanceof Error && PASSING.includes(error.name);
      if (!passing || signal.aborted || performance.now() > giveUpAt) throw error;
      await sleep(pause * 1000, undefined, { signal }).catch(() => undefined);
      onRetry();
    }
  }
}
