/**
 * How an attempt ends before its time: in order, with a checkpoint of the current step that is waited for, or cut off.
 *
 * @module
 */

/** How long a worker that is told to stop may take, where nobody says. */
export const STOP_SECONDS = 25;

/** What a cancellation says that the workflow itself asked for; a worker that stops says something else. */
export const TAKEN_BACK = 'CANCELLED';

/** Of the time that a worker has to stop: until the trainer's checkpoint, and until it is in the store. */
const TRAINER_SHARE = 1 / 3;
const TRANSFER_SHARE = 4 / 5;

/** By name: classes differ between realms. */
export function isCancellation(reason: unknown): reason is Error {
  return reason instanceof Error && reason.name === 'CancelledFailure';
}

export class Stopping {
  private readonly cutting = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private readonly onEnding = (): void => {
    const { reason } = this.ending as { readonly reason: unknown };
    if (!isCancellation(reason)) this.cutOff(reason);
    // The worker ends by force soon after. A trial that is taken back may store as long as bytes move.
    else if (reason.message !== TAKEN_BACK)
      this.timer = setTimeout(() => this.cutOff(reason), this.stopSeconds * TRANSFER_SHARE * 1000);
  };

  /**
   * @param ending Aborted by what ends the attempt: a `CancelledFailure` lets it store a checkpoint, anything else cuts
   *   it off.
   * @param stopSeconds How long a worker that is told to stop may take.
   */
  constructor(
    private readonly ending: AbortSignal,
    private readonly stopSeconds: number,
  ) {
    if (ending.aborted) this.onEnding();
    else ending.addEventListener('abort', this.onEnding, { once: true });
  }

  /** Aborted when nothing is waited for any more. */
  get signal(): AbortSignal {
    return this.cutting.signal;
  }

  /** Until a trainer that was asked to stop is killed. */
  get trainerMilliseconds(): number {
    return Math.floor(this.stopSeconds * TRAINER_SHARE) * 1000;
  }

  cutOff(reason: unknown): void {
    this.cutting.abort(reason);
  }

  /** The attempt has ended. */
  end(): void {
    clearTimeout(this.timer);
    this.ending.removeEventListener('abort', this.onEnding);
  }
}
