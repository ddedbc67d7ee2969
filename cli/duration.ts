import { InvalidArgumentError } from 'commander';

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 };

/** A duration as people write it, e.g. `90s`, `30m`, `12h`, `7d`, `2w`, in seconds. @throws InvalidArgumentError */
export function durationSeconds(text: string): number {
  const [, amount = '', unit = ''] = /^(\d{1,6}(?:\.\d+)?)([smhdw])$/.exec(text) ?? [];
  const seconds = SECONDS[unit];
  if (seconds === undefined)
    throw new InvalidArgumentError('must be a number and a unit: s, m, h, d or w, e.g. 12h or 7d.');
  return Number(amount) * seconds;
}
