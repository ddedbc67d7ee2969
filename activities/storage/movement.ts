/**
 * Limits of silence, in place of limits of time: a transfer may take as long as it likes while its bytes move.
 *
 * @module
 */

/** How often silence is looked at, within its limit. */
const LOOKS_PER_LIMIT = 10;
const LOOK_MILLISECONDS_MAX = 1_000;

/** What has moved of one transfer, by all of its requests. */
export class Movement {
  private movedAt = performance.now();
  private sum = 0;

  constructor(private readonly onMoved: ((bytes: number) => void) | undefined) {}

  moved(bytes: number): void {
    this.movedAt = performance.now();
    this.sum += bytes;
    this.onMoved?.(bytes);
  }

  /** A request begins, and with it a new silence. */
  begins(): void {
    this.movedAt = performance.now();
  }

  /** A request that moves nothing for a while lives, as far as it may be silent. */
  lives(): void {
    this.onMoved?.(0);
  }

  get bytes(): number {
    return this.sum;
  }

  get silentMilliseconds(): number {
    return performance.now() - this.movedAt;
  }
}

/**
 * Does `work`, and aborts the signal that it is given when nothing of the transfer has moved for too long.
 *
 * @param signal Of whoever wants the transfer; its reason is thrown as it is.
 */
export async function whileMoving<T>(
  movement: Movement,
  limitMilliseconds: number,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const silence = new AbortController();
  const either = signal === undefined ? silence.signal : AbortSignal.any([signal, silence.signal]);
  either.throwIfAborted();
  const look = (): void => {
    if (movement.silentMilliseconds > limitMilliseconds)
      silence.abort(new Error(`no byte moved for ${Math.round(limitMilliseconds / 1000)} s`));
  };
  const timer = setInterval(look, Math.min(LOOK_MILLISECONDS_MAX, limitMilliseconds / LOOKS_PER_LIMIT));
  try {
    return await work(either);
  } catch (error) {
    either.throwIfAborted();
    throw error;
  } finally {
    clearInterval(timer);
  }
}
