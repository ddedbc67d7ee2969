/**
 * Numbers, times and hyperparameters for people.
 *
 * @module
 */
import { STANDARD_HPARAMS } from '../workflows/words/hparams';
import type { StudyChange } from '../workflows/driver/control/change';
import type { Receipt, HParams } from '../workflows/words/trial';

/** A duration, e.g. `0.4 s`, `12 s`, `3 min 20 s`, `5 h 10 min`, `2 d 3 h`. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const [minutes, hours, days] = [Math.floor(whole / 60), Math.floor(whole / 3600), Math.floor(whole / 86_400)];
  if (whole < 60) return `${whole} s`;
  if (hours === 0) return `${minutes} min ${whole % 60} s`;
  return days === 0 ? `${hours} h ${minutes % 60} min` : `${days} d ${hours % 24} h`;
}

/** Four significant digits, with no trailing zeros. */
export function number(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/** A count with its noun, e.g. `1 trial`, `1,200 steps`. */
export function count(value: number, noun: string): string {
  return `${Math.round(value).toLocaleString('en-US')} ${noun}${value === 1 ? '' : 's'}`;
}

/** An amount of data, e.g. `512 B`, `1.5 MB`. */
export function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log10(bytes) / 3));
  return `${power === 0 ? bytes : (bytes / 1000 ** power).toFixed(1)} ${units[power] ?? ''}`;
}

/** The hyperparameters that say something: the rate, the batch size, and all that differ from their default. */
export function hparamsText(hparams: HParams): string {
  const always = ['learningRate', 'batchSize'];
  const defaults = STANDARD_HPARAMS as Readonly<Record<string, { readonly default: number } | undefined>>;
  return Object.entries(hparams)
    .filter(([name, value]) => always.includes(name) || value !== defaults[name]?.default)
    .map(([name, value]) => `${name} ${typeof value === 'number' ? number(value) : String(value)}`)
    .join(', ');
}

const CAUSES: Readonly<Record<Receipt['cause'], string>> = {
  trainerCrashed: 'trainer crashed',
  trainerKilled: 'trainer killed',
  trainerStalled: 'trainer hung',
  workerLost: 'worker lost',
  workerStopped: 'worker stopped',
  takenBack: 'taken back',
  storage: 'store unreachable',
  diskFull: 'disk full',
  unknown: 'cause unknown',
};

/** What a recovery was, e.g. `worker lost at step 312, went on from step 300`. */
export function receiptText({ cause, lastStep, resumedAtStep, stepsLost }: Receipt): string {
  return `${CAUSES[cause]} at step ${lastStep}, went on from step ${resumedAtStep}${stepsLost > 0 ? ` (${count(stepsLost, 'step')} repeated)` : ''}`;
}

/** A change that somebody asked for, e.g. `setParallelTrials by ada@lab: 4 at a time, before 2`. */
export function changeText({ what, by, detail }: StudyChange): string {
  return `${what}${by === undefined ? '' : ` by ${by}`}: ${detail}`;
}

/** All recoveries in one line, e.g. `3 recoveries (2 x trainer killed, 1 x worker lost), 40 steps repeated`. */
export function receiptsText(receipts: readonly Receipt[]): string {
  if (receipts.length === 0) return 'no recovery was needed';
  const causes = [...new Set(receipts.map(({ cause }) => cause))].map(
    (cause) => `${receipts.filter((receipt) => receipt.cause === cause).length} x ${CAUSES[cause]}`,
  );
  const steps = receipts.reduce((sum, { stepsLost }) => sum + stepsLost, 0);
  const seconds = receipts.reduce((sum, { deviceSecondsLost }) => sum + deviceSecondsLost, 0);
  const recoveries = receipts.length === 1 ? '1 recovery' : `${receipts.length} recoveries`;
  const repeated =
    steps === 0 ? 'no step repeated' : `${count(steps, 'step')} and ${duration(seconds)} of device time repeated`;
  return `${recoveries} (${causes.join(', ')}), ${repeated}`;
}
