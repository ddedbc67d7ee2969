/**
 * Values of the command line as people write them.
 *
 * @module
 */
import { InvalidArgumentError } from 'commander';
import type { HParams } from '../workflows/words/trial';
import { CommandError } from './failure';

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 };

/** A duration, e.g. `90s`, `30m`, `12h`, `7d`, `2w`, in seconds. @throws InvalidArgumentError */
export function durationSeconds(text: string): number {
  const [, amount = '', unit = ''] = /^(\d{1,6}(?:\.\d+)?)([smhdw])$/.exec(text) ?? [];
  const seconds = SECONDS[unit];
  if (seconds === undefined)
    throw new InvalidArgumentError('must be a number and a unit: s, m, h, d or w, e.g. 12h or 7d.');
  return Number(amount) * seconds;
}

/** @throws InvalidArgumentError */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError('It must be a number above 0.');
  return value;
}

/** A number that a change of a study asks for; the study itself knows its range. @throws CommandError */
export function finiteNumber(what: string, text: string): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (Number.isFinite(value)) return value;
  throw changeInvalid(`${what} must be a number, got ${JSON.stringify(text)}`);
}

/** Hyperparameters from `name=value` each; numbers and truth values are taken as such. @throws CommandError */
export function hparamsOf(values: readonly string[]): HParams {
  const hparams: Record<string, number | string | boolean> = {};
  for (const text of values) {
    const [, name, value] = /^([^=]+)=(.+)$/.exec(text) ?? [];
    if (name === undefined || value === undefined)
      throw changeInvalid(`hyperparameters are written name=value, e.g. weightDecay=1e-4, got ${JSON.stringify(text)}`);
    if (Object.hasOwn(hparams, name)) throw changeInvalid(`${name} is given twice`);
    hparams[name] = valueOf(value);
  }
  return hparams;
}

function valueOf(text: string): number | string | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  const number = Number(text);
  return Number.isFinite(number) && text.trim() !== '' ? number : text;
}

function changeInvalid(message: string): CommandError {
  return new CommandError(message, 'badInput', 'ChangeInvalid');
}
