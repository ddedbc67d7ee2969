/**
 * Numbers as people read them. Independent of the machine's locale, so that a report is the same everywhere.
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

/** A duration in the two units that matter, e.g. `3 min 12 s`. */
export function formatSeconds(seconds: number): string {
  if (!Number.isFinite(seconds)) return '–';
  if (seconds < 10) return `${Number(seconds.toFixed(2))} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const [unit, units, size] = whole < 3600 ? (['min', 's', 60] as const) : (['h', 'min', 3600] as const);
  const rest = Math.floor((whole % size) / (size / 60));
  return `${grouped(String(Math.floor(whole / size)))} ${unit}${rest > 0 ? ` ${rest} ${units}` : ''}`;
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

/** `1 trial`, `2 trials`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${grouped(String(count))} ${count === 1 ? noun : plural}`;
}

function shortExponent(text: string): string {
  return text.replace(/\.?0+e/, 'e').replace('e+', 'e');
}

function grouped(digits: string): string {
  const [whole = '', fraction] = digits.split('.');
  const spaced = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? spaced : `${spaced}.${fraction}`;
}
