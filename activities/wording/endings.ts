/**
 * How trials and attempts end, in the words of reports and of the terminal. Pure.
 *
 * @module
 */
import type { TrialSummary } from '../../workflows/words/progress';
import type { Receipt } from '../../workflows/words/outcome';

/** A report says what a trial is, in a column of its table; the terminal what it did, in a line of its own. */
export interface Words {
  readonly report: string;
  readonly terminal: string;
}

const STATUSES: Readonly<Record<TrialSummary['status'], Words>> = {
  running: { report: 'unfinished', terminal: 'running' },
  cancelled: { report: 'cancelled', terminal: 'cancelled' },
  completed: { report: 'completed', terminal: 'completed' },
  earlyStopped: { report: 'early stopped', terminal: 'stopped early' },
  paused: { report: 'paused', terminal: 'paused' },
  diverged: { report: 'diverged', terminal: 'diverged' },
  dead: { report: 'dead', terminal: 'died' },
  outOfMemory: { report: 'out of memory', terminal: 'ran out of memory' },
  invalid: { report: 'no model', terminal: 'could not be built' },
};

/** What ended an attempt that another one went on from. */
export const CAUSES: Readonly<Record<Receipt['cause'], Words>> = {
  trainerCrashed: { report: 'the trainer process crashed', terminal: 'trainer crashed' },
  trainerKilled: { report: 'the trainer process was killed', terminal: 'trainer killed' },
  trainerStalled: { report: 'the trainer made no progress', terminal: 'trainer hung' },
  workerLost: { report: 'the worker or its machine was lost', terminal: 'worker lost' },
  workerStopped: { report: 'the worker was told to stop', terminal: 'worker stopped' },
  takenBack: { report: 'nothing: the study was paused or cancelled', terminal: 'taken back' },
  storage: { report: 'the store stayed away', terminal: 'store unreachable' },
  diskFull: { report: 'the worker’s disk was full', terminal: 'disk full' },
  unknown: { report: 'unknown', terminal: 'cause unknown' },
};

/**
 * How a trial stands or ended, with the reason where there is one; a range test that breaks down has done its work.
 * @param format Of the learning rate at which it broke down.
 */
export function statusText(
  { status, reason, brokeDownAt }: Pick<TrialSummary, 'status' | 'reason' | 'brokeDownAt'>,
  place: keyof Words,
  format: (learningRate: number) => string,
): string {
  const words = STATUSES[status][place];
  if (reason !== undefined) return `${words}: ${reason}`;
  return brokeDownAt === undefined ? words : `ended the ramp: ${words} at ${format(brokeDownAt)}`;
}
