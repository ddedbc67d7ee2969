import { setTimeout as sleep } from 'node:timers/promises';

/** A store that is restarted or moved comes back within this, and so do many whose credentials are renewed. */
const RETRY_SECONDS_MAX = 300;
const PAUSE_SECONDS_MIN = 0.5;
const PAUSE_SECONDS_MAX = 10;

/** Of work that moves something in every one, but never comes to its end. */
const TRIES_MAX = 50;

const PASSING: readonly string[] = ['StorageUnavailable', 'StorageRefused'];

export interface RetryOptions {
  /** Once aborted, the next failure is the last: whoever stops a worker does not wait for a store. */
  readonly signal: AbortSignal;
  /** Called when bytes move, and before every further try. */
  readonly onMoved: () => void;
}

/**
 * Does `work` again, with growing pauses, while it fails for a store that cannot be reached, or refuses for now: for five
 * minutes from when something moved last, however long it went well before.
 *
 * @param work Is given what to call when bytes move.
 * @throws what it fails with otherwise, or at last.
 */
export async function retryStorage<T>(
  work: (onMoved: () => void) => Promise<T>,
  { signal, onMoved }: RetryOptions,
): Promise<T> {
  let movedAt = performance.now();
  const moved = (): void => {
    movedAt = performance.now();
    onMoved();
  };
  for (let tries = 1, pause = PAUSE_SECONDS_MIN; ; tries++, pause = Math.min(2 * pause, PAUSE_SECONDS_MAX)) {
    try {
      return await work(moved);
    } catch (error) {
      const passing = error instanceof Error && PASSING.includes(error.name);
      const late = performance.now() - movedAt > RETRY_SECONDS_MAX * 1000;
      if (!passing || signal.aborted || late || tries === TRIES_MAX) throw error;
      await sleep(pause * 1000, undefined, { signal }).catch(() => undefined);
      onMoved();
    }
  }
}
