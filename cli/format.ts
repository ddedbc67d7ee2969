/**
 * Hyperparameters, changes and recoveries for people.
 *
 * @module
 */
import { CAUSES } from '../activities/wording/endings';
import { counted, formatElapsed, formatPlain } from '../activities/wording/numbers';
import { STANDARD_HPARAMS } from '../workflows/words/hparams';
import type { StudyChange } from '../workflows/driver/control/change';
import type { Receipt, Recoveries } from '../workflows/words/outcome';
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
export function recoveriesText({ count, causes: counts, stepsLost, deviceSecondsLost }: Recoveries): string {
  if (count === 0) return 'no recovery was needed';
  const causes = Object.entries(counts).map(
    ([cause, times]) => `${times} x ${CAUSES[cause as Receipt['cause']].terminal}`,
  );
  const repeated =
    stepsLost === 0
      ? 'no step repeated'
      : `${counted(stepsLost, 'step')} and ${formatElapsed(deviceSecondsLost)} of device time repeated`;
  return `${counted(count, 'recovery', 'recoveries')} (${causes.join(', ')}), ${repeated}`;
}
