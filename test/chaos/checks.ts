/**
 * What a disturbed round owes, next to the same study undisturbed.
 *
 * @module
 */
import { isDeepStrictEqual } from 'node:util';
import type { TrialManifest } from '../../activities/ledger/manifest';
import type { Outcome } from '../../workflows/words/outcome';
import type { RecordedBlow } from './killer';
import type { Round } from './round';

/** Everything that is not as promised, in sentences; none if all is. */
export function problemsOf(round: Round, undisturbed: Round): readonly string[] {
  return [
    ...decisionProblems(round, undisturbed),
    ...trialProblems(round, undisturbed),
    ...receiptProblems(round),
    ...storeProblems(round),
    ...round.orphans.map((pid) => `process ${pid} outlived its worker`),
  ];
}

function decisionProblems({ result }: Round, { result: expected }: Round): readonly string[] {
  const problems = expected.decisions
    .filter((decision, i) => !isDeepStrictEqual(decision, result.decisions[i]))
    .map(({ stageId }) => `the decision of ${stageId} differs`);
  if (!isDeepStrictEqual(result.test, expected.test)) problems.push('the final test differs');
  return problems;
}

/** Equal hashes mean equal bits; the same study means the same hashes. */
function trialProblems({ trials }: Round, { trials: expected }: Round): readonly string[] {
  const missing = [...expected.keys()]
    .filter((hash) => trials.get(hash)?.result == null)
    .map((hash) => `trial ${hash} has no result`);
  const extra = [...trials.keys()]
    .filter((hash) => !expected.has(hash))
    .map((hash) => `trial ${hash} is not in the undisturbed study`);
  const other = [...expected].flatMap(([hash, { result }]) => {
    const got = trials.get(hash)?.result;
    if (got == null || result == null) return [];
    if (got.weights?.sha256 !== result.weights?.sha256) return [`trial ${got.trialId} ended in other weights`];
    return isDeepStrictEqual(withoutTimes(got.outcome), withoutTimes(result.outcome))
      ? []
      : [`trial ${got.trialId} measured something else`];
  });
  return [...missing, ...extra, ...other];
}

/** What is left of an outcome without seconds and bytes of memory, which no two runs share. */
function withoutTimes(outcome: Outcome): unknown {
  const isTime = (name: string): boolean =>
    ['deviceSeconds', 'stepSeconds', 'peakBytes', 'peakIsUpperBound'].includes(name);
  return JSON.parse(JSON.stringify(outcome, (name, value: unknown) => (isTime(name) ? undefined : value)));
}

/**
 * Every attempt that a blow ended must show: by a receipt that was written since, or by having finished all the same.
 * An attempt that lived through the blow is still the owner, with the result.
 */
function receiptProblems({ blows, trials }: Round): readonly string[] {
  return blows.flatMap(({ name, what, victims }) =>
    victims.flatMap(({ hash, token, receipts }) => {
      const now = trials.get(hash);
      const shows = now !== undefined && (now.receipts.length > receipts || now.owner.token === token);
      return shows ? [] : [`no receipt for trial ${hash} after: ${name}, ${what}`];
    }),
  );
}

/** What was damaged on purpose is damaged still, where nobody had to read it again. */
function storeProblems({ damage, garbage, blows }: Round): readonly string[] {
  const onPurpose = new Set(blows.flatMap(({ damaged = [] }) => damaged));
  return [
    ...damage
      .filter(({ key }) => !onPurpose.has(key))
      .map(({ key, expected, actual }) => `${key} must be ${expected}, is ${actual}`),
    ...garbage.map((folder) => `${folder} is left after a garbage collection`),
  ];
}

export interface Losses {
  readonly receipts: number;
  readonly stepsLost: number;
  readonly deviceSecondsLost: number;
  readonly deviceSeconds: number;
  /** Most steps that one recovery lost, of those with a whole checkpoint and a store to write it to. */
  readonly stepsLostMax: number;
}

/** What all recoveries of a round cost. */
export function lossesOf({ trials, result, blows }: Round): Losses {
  const receipts = [...trials.values()].flatMap((trial) =>
    trial.receipts.map((receipt) => ({ receipt, isExcused: isExcused(trial, blows) })),
  );
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  return {
    receipts: receipts.length,
    stepsLost: sum(receipts.map(({ receipt }) => receipt.stepsLost)),
    deviceSecondsLost: sum(receipts.map(({ receipt }) => receipt.deviceSecondsLost)),
    deviceSeconds: result.deviceSeconds,
    stepsLostMax: Math.max(0, ...receipts.filter((one) => !one.isExcused).map(({ receipt }) => receipt.stepsLost)),
  };
}

/**
 * A trial of which a checkpoint was damaged on purpose goes back further, and so does one in a process of its own, as
 * the ladder's are, which has none.
 */
function isExcused({ hash, owner }: TrialManifest, blows: readonly RecordedBlow[]): boolean {
  return (
    /^batch-size-ladder(-\d+)?\//.test(owner.activityId) ||
    blows.some(({ damaged = [] }) => damaged.some((key) => key.includes(hash)))
  );
}
