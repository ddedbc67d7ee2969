import type { Receipt, Recoveries } from '../words/outcome';

/** Receipts that a study keeps whole; all that ever came would not fit into one run of its workflow. */
const RECEIPTS_KEPT = 50;

export const NO_RECOVERIES: Recoveries = { count: 0, causes: {}, stepsLost: 0, deviceSecondsLost: 0 };

/** What a study says of its recoveries: sums over all, and the newest. */
export interface RecoveryRecord {
  readonly recoveries: Recoveries;
  readonly receipts: readonly Receipt[];
}

/** With further receipts. */
export function withReceipts({ recoveries, receipts }: RecoveryRecord, further: readonly Receipt[]): RecoveryRecord {
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
