import { isTakenBack } from './run-trial';
import type { RunningTrial } from './run-trial';

/** The trials of a stage that run, by their index among all, and those that were told to stop. */
export class RunningTrials {
  private readonly running = new Map<number, RunningTrial>();
  private readonly takenBack = new Set<number>();

  /**
   * @param interrupted Indexes of trials that were taken back, in this run of the workflow or an earlier one, ascending:
   *   they go on before any other starts.
   */
  constructor(private readonly interrupted: number[]) {}

  get count(): number {
    return this.running.size;
  }

  get hasInterrupted(): boolean {
    return this.interrupted.length > 0;
  }

  started(index: number, trial: RunningTrial): void {
    this.running.set(index, trial);
  }

  ended(index: number): void {
    this.forget(index);
  }

  /**
   * In one go: a trial that waits to go on must not be among those that run, or it would be forgotten again while it
   * does.
   *
   * @returns Whether it was taken back; else its error is the stage's.
   */
  endedWith(index: number, error: unknown): boolean {
    if (!this.forget(index) || !isTakenBack(error)) return false;
    this.interrupted.splice(this.interrupted.filter((other) => other < index).length, 0, index);
    return true;
  }

  /** The first that waits to go on. */
  nextInterrupted(): number | undefined {
    return this.interrupted.shift();
  }

  /** Running trials write a checkpoint and free their devices. @param from Those from this index on. */
  takeBack(from = 0): void {
    for (const [index, trial] of this.running) {
      if (index < from || this.takenBack.has(index)) continue;
      this.takenBack.add(index);
      trial.takeBack();
    }
  }

  /** @returns Whether it had been told to stop. */
  private forget(index: number): boolean {
    this.running.delete(index);
    return this.takenBack.delete(index);
  }
}
