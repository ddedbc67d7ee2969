/**
 * Hyperparameters, changes and recoveries for people.
 *
 * @module
 */
import { CAUSES } from '../activities/wording/endings';
import { counted, formatElapsed, formatPlain } from '../activities/wording/numbers';
import { STANDARD_HPARAMS } from '../workflows/words/hparams';
import type { StudyChange } from '../workflows/driver/control/change';
import type { Receipt } from '../workflows/words/outcome';
import type { HParams } from '../workflows/words/trial';

/** The hyperparameters that say something: the rate, the batch size, and all that differ from their default. */
export function hparamsText(hparams: HParams): string {
  const always = ['learningRate', 'batchSize'];
  const defaults = STANDARD_HPARAMS as Readonly<Record<string, { readonly default: number } | undefined>>;
  return Object.entries(hparams)
    .filter(([name, value]) => always.includes(name) || value !== defaults[name]?.default)
    .map(hparamText)
    .join(', ');
}

/** One hyperparameter, e.g. `learningRate 0.001`. */
export function hparamText([name, value]: readonly [string, HParams[string]]): string {
  return `${name} ${typeof value === 'number' ? formatPlain(value) : String(value)}`;
}

/** What a recovery was, e.g. `worker lost at step 312, went on from step 300`. */
export function receiptText({ cause, lastStep, resumedAtStep, stepsLost }: Receipt): string {
  return `${CAUSES[cause].terminal} at step ${lastStep}, went on from step ${resumedAtStep}${stepsLost > 0 ? ` (${counted(stepsLost, 'step')} repeated)` : ''}`;
}

/** A change that somebody asked for, e.g. `setParallelTrials by ada@lab: 4 at a time, before 2`. */
export function changeText({ what, by, detail }: StudyChange): string {
  return `${what}${by === undefined ? '' : ` by ${by}`}: ${detail}`;
}

/** All recoveries in one line, e.g. `3 recoveries (2 x trainer killed, 1 x worker lost), 40 steps repeated`. */
export function receiptsText(receipts: readonly Receipt[]): string {
  if (receipts.length === 0) return 'no recovery was needed';
  const causes = [...new Set(receipts.map(({ cause }) => cause))].map(
    (cause) => `${receipts.filter((receipt) => receipt.cause === cause).length} x ${CAUSES[cause].terminal}`,
  );
  const steps = receipts.reduce((sum, { stepsLost }) => sum + stepsLost, 0);
  const seconds = receipts.reduce((sum, { deviceSecondsLost }) => sum + deviceSecondsLost, 0);
  const recoveries = counted(receipts.length, 'recovery', 'recoveries');
  const repeated =
    steps === 0
      ? 'no step repeated'
      : `${counted(steps, 'step')} and ${formatElapsed(seconds)} of device time repeated`;
  return `${recoveries} (${causes.join(', ')}), ${repeated}`;
}
