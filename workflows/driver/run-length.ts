/**
 * When a run of the workflow is long enough to continue as new.
 *
 * @module
 */
import { workflowInfo } from '@temporalio/workflow';

/** Size of a run's history. */
export interface HistorySize {
  readonly events: number;
  readonly bytes: number;
}

/** Well below the 51,200 events and 50 MiB at which Temporal ends a workflow. */
const MOST: HistorySize = { events: 40_000, bytes: 25 * 2 ** 20 };

/** A quarter of the size at which Temporal suggests to continue as new. */
const LITTLE_BYTES = 2 ** 20;

/**
 * Each run begins with all slots empty: so many of them make it as long again as Temporal suggests, so that a wide
 * search fills its slots no more often, measured by its trials, than a narrow one.
 */
const SLOTS = 64;

/** A run on its way. */
export interface RunSoFar {
  /** When its stage began: with the trials that were brought back, which the next run will begin with too. */
  readonly begun: HistorySize;
  /** When Temporal first suggested to continue as new; `undefined` before. */
  readonly suggested: HistorySize | undefined;
  readonly now: HistorySize;
}

/**
 * Whether a run has done enough since Temporal suggested to continue as new.
 *
 * What it began with does not count: a stage of thousands would else hand on all its trials for the sake of a few.
 */
export function isLong({ begun, suggested, now }: RunSoFar, slots: number): boolean {
  if (suggested === undefined) return false;
  const isWorthIt = begun.bytes < LITTLE_BYTES || now.bytes >= 2 * begun.bytes;
  const factor = 1 + slots / SLOTS;
  return isWorthIt && (now.events >= factor * suggested.events || now.bytes >= factor * suggested.bytes);
}

/** Whether it must go no further, whatever that costs. */
export function isAtItsEnd({ now }: Pick<RunSoFar, 'now'>): boolean {
  return now.events >= MOST.events || now.bytes >= MOST.bytes;
}

/** The present run, from the beginning of a stage on. */
export class RunLength {
  private readonly begun = sizeNow();
  private suggested: HistorySize | undefined;

  /** To be asked at every turn. */
  soFar(): RunSoFar {
    const now = sizeNow();
    if (workflowInfo().continueAsNewSuggested) this.suggested ??= now;
    return { begun: this.begun, suggested: this.suggested, now };
  }
}

function sizeNow(): HistorySize {
  const { historyLength, historySize } = workflowInfo();
  return { events: historyLength, bytes: historySize };
}
