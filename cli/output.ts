/**
 * The two streams: stdout carries the answer and nothing else, stderr all that is said on the way.
 *
 * @module
 */
import { createColors } from 'picocolors';

/** Colours where the stream is a terminal that wants them. */
export function colorsFor(stream: NodeJS.WriteStream): ReturnType<typeof createColors> {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  const forced = FORCE_COLOR !== undefined && FORCE_COLOR !== '0';
  return createColors(forced || (stream.isTTY === true && NO_COLOR === undefined && TERM !== 'dumb'));
}

/** One line on stderr. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** The answer, for people. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** The answer, for programs: exactly one JSON value. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** Rows as aligned columns, two spaces apart. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, cell.length);
    });
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
