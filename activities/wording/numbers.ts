/**
 * Numbers as people read them, in reports and in the terminal. Independent of the machine's locale, so that a report is
 * the same everywhere. Pure.
 *
 * @module
 */

/** More of them would only be noise in most rows of a column. */
const DECIMALS_MAX = 4;

/**
 * A number with at most four significant digits; whole numbers in full, e.g. `12,345`. Anything not finite is a dash.
 */
export function formatNumber(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e9) return grouped(String(value));
  if (size >= 1e6 || size < 1e-3) return shortExponent(value.toExponential(3));
  return grouped(String(Number(value.toPrecision(4))));
}

/** A number with at most four significant digits as code has it, so that it can be copied into a study. */
export function formatPlain(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/** A score with four decimals, so that scores below each other line up. */
export function formatScore(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return '–';
  return Math.abs(value) >= 1000 || (value !== 0 && Math.abs(value) < 1e-3) ? formatNumber(value) : value.toFixed(4);
}

/** A label at a tick: exponents in place of many zeros. */
export function formatTick(value: number): string {
  const size = Math.abs(value);
  if (value !== 0 && (size >= 1e6 || size < 1e-3)) return shortExponent(value.toExponential(5));
  return grouped(String(Number(value.toPrecision(6))));
}

/** A duration in the two units that matter, e.g. `0.25 s`, `3 min 12 s`, `3 min`, `100 h`. */
export function formatSeconds(seconds: number): string {
  if (!Number.isFinite(seconds)) return '–';
  if (seconds < 10) return `${Number(seconds.toFixed(2))} s`;
  const amounts = inUnits(Math.round(seconds), ['h', 'min', 's']).filter(({ value }) => value > 0);
  return amounts.map(({ value, unit }) => `${grouped(String(value))} ${unit}`).join(' ');
}

/**
 * A duration that keeps its length while it runs, since it never leaves its second unit out, e.g. `0.4 s`, `12 s`,
 * `3 min 0 s`, `5 h 10 min`, `2 d 3 h`.
 */
export function formatElapsed(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  return inUnits(Math.round(seconds), ['d', 'h', 'min', 's'])
    .map(({ value, unit }) => `${value} ${unit}`)
    .join(' ');
}

/** Any value of a hyperparameter or of a table's cell. */
export function formatValue(value: string | number | boolean | null | undefined): string {
  if (value === null || value === undefined) return '–';
  return typeof value === 'number' ? formatNumber(value) : String(value);
}

/** The cells of a table's column, with their decimal points below each other unless sizes differ too much for that. */
export function formatColumn(cells: readonly (string | number | null)[]): readonly string[] {
  const texts = cells.map(formatValue);
  const numbers = texts.filter((_, i) => typeof cells[i] === 'number');
  const decimals = Math.max(0, ...numbers.map((text) => text.split('.')[1]?.length ?? 0));
  if (decimals > DECIMALS_MAX || numbers.some((text) => text.includes('e'))) return texts;
  return cells.map((cell, i) =>
    typeof cell === 'number' && Number.isFinite(cell) ? grouped(cell.toFixed(decimals)) : (texts[i] ?? ''),
  );
}

/** A whole number, e.g. `12,345`. */
export function formatCount(count: number): string {
  return grouped(String(Math.round(count)));
}

/** A count with its noun, e.g. `1 trial`, `1,200 steps`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : plural}`;
}

/** An amount of data, e.g. `512 B`, `1.5 MB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log10(bytes) / 3));
  return `${power === 0 ? bytes : (bytes / 1000 ** power).toFixed(1)} ${units[power] ?? ''}`;
}

const UNIT_SECONDS = { d: 86_400, h: 3_600, min: 60, s: 1 } as const;

interface Amount {
  readonly value: number;
  readonly unit: keyof typeof UNIT_SECONDS;
}

/** The largest of the units that whole seconds fill, and what is left in the next smaller one, if there is one. */
function inUnits(seconds: number, units: readonly Amount['unit'][]): readonly Amount[] {
  const filled = units.filter((unit) => seconds >= UNIT_SECONDS[unit]);
  const [unit = 's', next] = filled;
  const first = { unit, value: Math.floor(seconds / UNIT_SECONDS[unit]) };
  if (next === undefined) return [first];
  return [first, { unit: next, value: Math.floor((seconds % UNIT_SECONDS[unit]) / UNIT_SECONDS[next]) }];
}

function shortExponent(text: string): string {
  return text.replace(/\.?0+e/, 'e').replace('e+', 'e');
}

function grouped(digits: string): string {
  const [whole = '', fraction] = digits.split('.');
  const spaced = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? spaced : `${spaced}.${fraction}`;
}
