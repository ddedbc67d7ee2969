import type { Receipt, Recoveries } from '../words/outcome';

/** Receipts that a study keeps whole; all that ever came would not fit into one run of its workflow. */
const RECEIPTS_KEPT = 50;

export const NO_RECOVERIES: Recoveries = { count: 0, causes: {}, stepsLost: 0, deviceSecondsLost: 0 };

/** What a study says of its recoveries: sums over all, and the newest. */
export interface RecoveryRecord {
  readonly recoveries: Recoveries;
  readonly receipts: readonly Receipt[];
}

/**
 * With further receipts, but for those of trials that were taken back and lost nothing: each continue-as-new of a long
 * sweep leaves one for every slot, and pauses are told among the changes.
 */
export function withReceipts({ recoveries, receipts }: RecoveryRecord, all: readonly Receipt[]): RecoveryRecord {
  const further = all.filter(({ cause, stepsLost }) => cause !== 'takenBack' || stepsLost > 0);
  return {
    recoveries: further.reduce(plus, recoveries),
    receipts: further.length === 0 ? receipts : [...receipts, ...further].slice(-RECEIPTS_KEPT),
  };
}

function plus({ count, causes, ...sums }: Recoveries, { cause, stepsLost, deviceSecondsLost }: Receipt): Recoveries {
  return {
    count: count + 1,
    causes: { ...causes, [cause]: (causes[cause] ?? 0) + 1 },
    stepsLost: sums.stepsLost + stepsLost,
    deviceSecondsLost: sums.deviceSecondsLost + deviceSecondsLost,
  };
}
