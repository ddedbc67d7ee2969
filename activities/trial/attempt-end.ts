/**
 * What the end of an attempt means: a finding, a trouble that another attempt may mend, or one that none will.
 *
 * @module
 */
import { FAILURES } from '../../workflows/words/contract';
import type { Outcome, Receipt } from '../../workflows/words/outcome';
import type { TrialSpec } from '../../workflows/words/trial';
import type { Death } from '../ledger/manifest';
import { isCancellation, TAKEN_BACK } from './stopping';
import { unforeseenWords } from '../unforeseen';
import { TrainerCrashed, TrainerFailed } from './trainer-process';

/** The trainer made no progress for too long. */
export class TrainerStalled extends Error {
  override readonly name = 'TrainerStalled';
  constructor(
    message: string,
    readonly silentSeconds: number,
  ) {
    super(message);
  }
}

/** Reasons of an end that say all by their name. */
const CAUSE_OF_ERROR: Readonly<Record<string, Receipt['cause']>> = {
  CancelledFailure: 'workerStopped',
  TrainerStalled: 'trainerStalled',
  StorageUnavailable: 'storage',
  StorageRefused: 'storage',
  StorageDenied: 'storage',
};

const OUT_OF_MEMORY = 'out of memory';

/** Attempts in a row that hang after the same checkpoint before it is no chance: a machine may be frozen twice. */
const HANGS_MAX = 3;

/** What Node says when a file cannot grow; somebody has to make room, which is no reason to give a trial up. */
const DISK_FULL = /\b(ENOSPC|EDQUOT)\b/;

export interface AttemptFacts {
  readonly step: number;
  /** That the trainer reported with that step. */
  readonly deviceSeconds: number;
  readonly process: TrialSpec['process'];
  /** What the attempt before this one failed of. */
  readonly previousError: string | undefined;
  /** Attempts just before this one that began where it did, and hung. */
  readonly hangsBefore: number;
  /** Named in messages, and another one in every attempt. */
  readonly scratchFolder: string;
}

export type AttemptEnd =
  | { readonly outcome: Outcome }
  /** What to throw, and what to leave word of. */
  | { readonly thrown: unknown; readonly death: Death };

/**
 * Classifies what ended an attempt.
 *
 * The same error in two attempts running is a bug of code or data, which no third attempt mends, be it the trainer's or
 * one of the worker's own that nobody foresaw; so is a third hang from the same checkpoint. Memory that ran out is a finding where it was looked for (a trial in a process of its own);
 * elsewhere a neighbour may have taken it, so only the second time. Processes killed from outside and full disks say
 * nothing about the trial and are tried again for ever.
 */
export function endOf(error: unknown, facts: AttemptFacts): AttemptEnd {
  const { step, deviceSeconds, process, previousError } = facts;
  const words = wordsOf(error, facts);
  const again = words !== undefined && words === previousError;
  if (words === OUT_OF_MEMORY && (again || process === 'fresh')) {
    return {
      outcome: {
        status: 'outOfMemory',
        where: 'host',
        detail: 'the kernel killed the trainer process for lack of memory',
      },
    };
  }
  const silentSeconds = error instanceof TrainerStalled ? error.silentSeconds : 0;
  const death: Death = {
    cause: causeOf(error),
    step,
    deviceSeconds: deviceSeconds + silentSeconds,
    ...(words !== undefined && { error: words }),
  };
  const hangs = error instanceof TrainerStalled && facts.hangsBefore + 1 >= HANGS_MAX;
  if (!(again || hangs) || !(error instanceof Error)) return { thrown: error, death };
  const stack = error instanceof TrainerFailed ? error.trainerStack : '';
  return {
    thrown: new TrainerFailed(
      FAILURES.trainerBroken,
      `training fails the same way every time: ${error.message}`,
      stack,
    ),
    death,
  };
}

/** How many attempts in a row hung that began at `step`, by the receipts of those that followed them. */
export function hangsFrom(step: number, receipts: readonly Receipt[]): number {
  const other = receipts.findLastIndex(
    ({ cause, resumedAtStep }) => cause !== 'trainerStalled' || resumedAtStep !== step,
  );
  return receipts.length - 1 - other;
}

/** What the same bug would say again; undefined where a repetition would prove nothing. */
function wordsOf(error: unknown, { step, scratchFolder }: AttemptFacts): string | undefined {
  if (error instanceof TrainerFailed) {
    return error.failure === FAILURES.trainerCrashed && !DISK_FULL.test(error.message)
      ? error.message.replaceAll(scratchFolder, '')
      : undefined;
  }
  if (!(error instanceof TrainerCrashed)) {
    const unforeseen = unforeseenWords(error);
    return unforeseen === undefined ? undefined : `${unforeseen} after step ${step}`;
  }
  if (error.outOfMemory) return OUT_OF_MEMORY;
  // Error output holds times and addresses: the way it ended and the step say more about a second time.
  return error.killed ? undefined : `trainer process ended ${error.how} after step ${step}`;
}

function causeOf(error: unknown): Receipt['cause'] {
  if (error instanceof Error && DISK_FULL.test(error.message)) return 'diskFull';
  if (error instanceof TrainerFailed) return 'trainerCrashed';
  if (error instanceof TrainerCrashed) return error.killed ? 'trainerKilled' : 'trainerCrashed';
  if (isCancellation(error) && error.message === TAKEN_BACK) return 'takenBack';
  return CAUSE_OF_ERROR[error instanceof Error ? error.name : ''] ?? 'unknown';
}
