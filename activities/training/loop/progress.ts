import { performance } from 'node:perf_hooks';
import type { TrialMessage } from './trial-parts';
import { epochAt, type TrialFacts } from './trial-facts';

/** Often enough for a progress bar, rarely enough to cost nothing. */
const PROGRESS_EVERY_MILLISECONDS = 200;

/** A trial's device time, over all of its attempts, and the messages that say how far it is. */
export class Progress {
  private secondsBefore = 0;
  private startedAt = 0;
  private sentAt = Number.NEGATIVE_INFINITY;
  private loss: number | null = null;

  constructor(private readonly send: (message: TrialMessage) => void) {}

  /** Starts the clock. @param secondsBefore What earlier attempts took up to here. */
  start(secondsBefore: number): void {
    this.secondsBefore = secondsBefore;
    this.startedAt = performance.now();
  }

  seconds(): number {
    return this.secondsBefore + (performance.now() - this.startedAt) / 1000;
  }

  /** Keeps the loss of the last step for the messages to come. */
  stepped(loss: number): void {
    this.loss = Number.isFinite(loss) ? loss : null;
  }

  /** Sends a message unless the last one was sent just now. */
  report(step: number, facts: TrialFacts): void {
    const now = performance.now();
    if (now - this.sentAt < PROGRESS_EVERY_MILLISECONDS) return;
    this.sentAt = now;
    const { loss } = this;
    const { stepsTotal } = facts;
    this.send({ type: 'progress', step, stepsTotal, epoch: epochAt(facts, step), loss, deviceSeconds: this.seconds() });
  }
}
