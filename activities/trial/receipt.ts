import type { TrialProgress } from '../../workflows/words/contract';
import type { Receipt } from '../../workflows/words/outcome';
import type { PreviousAttempt } from '../ledger/ledger';
import { isFinding } from '../ledger/manifest';

export interface Recovery {
  readonly trialId: string;
  /** `null` if nobody worked on this trial before. */
  readonly previous: PreviousAttempt | null;
  /** What that attempt last said to Temporal, if Temporal knows. */
  readonly heartbeat: TrialProgress | undefined;
  /** Where this attempt goes on; `null` for the beginning. */
  readonly restored: { readonly step: number; readonly deviceSeconds: number } | null;
  readonly attempt: number;
  readonly worker: string;
}

/**
 * What a recovery cost; undefined if there was none. Going on after a pause is none. What the last attempt reached, in
 * steps and in seconds, is the most of its own note, its last heartbeat and its newest checkpoint.
 */
export function receiptOf({ trialId, previous, heartbeat, restored, attempt, worker }: Recovery): Receipt | undefined {
  if (previous === null || previous.death?.cause === 'paused') return undefined;
  const { death } = previous;
  const resumedAtStep = restored?.step ?? 0;
  const lastStep = Math.max(death?.step ?? 0, heartbeat?.step ?? 0, previous.step, resumedAtStep);
  const reachedSeconds = Math.max(death?.deviceSeconds ?? 0, heartbeat?.deviceSeconds ?? 0, previous.deviceSeconds);
  return {
    trialId,
    attempt,
    worker,
    lastStep,
    resumedAtStep,
    cause: causeOf(death),
    stepsLost: lastStep - resumedAtStep,
    deviceSecondsLost: Math.max(0, reachedSeconds - (restored?.deviceSeconds ?? 0)),
  };
}

/** A worker that dies leaves no note; a finding is none of a recovery. */
function causeOf(death: PreviousAttempt['death']): Receipt['cause'] {
  return death === null || isFinding(death.cause) ? 'workerLost' : death.cause;
}
