/**
 * Comma-separated text and the cells in it, as RFC 4180 has it.
 *
 * Source: Y. Shafranovich, RFC 4180 (2005).
 *
 * @module
 */
import { TrialsUnreadable } from './trial-row';

interface Line {
  readonly cells: readonly string[];
  /** Where it begins, counted from 1. */
  readonly number: number;
}

/**
 * The header and the rows of a text. Also taken: a byte order mark, line ends of one character, empty lines.
 *
 * @throws TrialsUnreadable naming the line of the first mistake.
 */
export function parseCsv(text: string): {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
} {
  const [header, ...lines] = [...linesOf(text.replace(/^\uFEFF/, ''))];
  if (header === undefined) throw new TrialsUnreadable('the file is empty; its first line must name the columns');
  const columns = header.cells.map((cell) => cell.trim());
  if (columns.length === 1 && /[;\t]/.test(columns[0]!))
    throw new TrialsUnreadable('columns must be separated by commas; save the file with commas');
  const unnamed = columns.indexOf('');
  // Data frames write their index first, without a name.
  if (unnamed > 0) throw new TrialsUnreadable(`column ${unnamed + 1} must have a name`);
  const twice = columns.find((name, i) => columns.indexOf(name) !== i);
  if (twice !== undefined) throw new TrialsUnreadable(`column ${twice} must be there once, is there twice`);
  const rows = lines.map(({ cells, number }) => {
    if (cells.length !== columns.length)
      throw new TrialsUnreadable(
        `line ${number} must have ${columns.length} cells as the first line has, got ${cells.length}`,
      );
    return cells;
  });
  return { columns, rows };
}

/** Lines with their cells; a quoted cell may hold commas, line ends, and quotes written twice. */
function* linesOf(text: string): Generator<Line> {
  let at = 0;
  let number = 1;
  while (at < text.length) {
    const begin = number;
    const cells: string[] = [];
    for (let more = true; more;) {
      const { value, end } = text[at] === '"' ? quoted(text, at, number) : plain(text, at);
      number += lineEndsIn(text.slice(at, end));
      cells.push(value);
      more = text[end] === ',';
      at = end + (more ? 1 : 0);
    }
    at += text.startsWith('\r\n', at) ? 2 : 1;
    number += 1;
    if (cells.length > 1 || cells[0] !== '') yield { cells, number: begin };
  }
}

function plain(text: string, from: number): { readonly value: string; readonly end: number } {
  let end = from;
  while (end < text.length && !',\r\n'.includes(text[end]!)) end += 1;
  return { value: text.slice(from, end), end };
}

function quoted(text: string, from: number, line: number): { readonly value: string; readonly end: number } {
  let end = from + 1;
  for (;;) {
    end = text.indexOf('"', end);
    if (end < 0) throw new TrialsUnreadable(`line ${line} begins a quoted cell that never ends; close it with "`);
    if (text[end + 1] !== '"') break;
    end += 2;
  }
  const value = text.slice(from + 1, end).replaceAll('""', '"');
  end += 1;
  if (end < text.length && !',\r\n'.includes(text[end]!))
    throw new TrialsUnreadable(`line ${line} goes on after a closing quote; write a quote inside a cell as ""`);
  return { value, end };
}

function lineEndsIn(text: string): number {
  return text.match(/\r\n|\r|\n/g)?.length ?? 0;
}

/** Rows as a text, every line with its end; `null` is an empty cell. */
export function formatCsv(rows: readonly (readonly (string | number | boolean | null)[])[]): string {
  return rows.map((row) => `${row.map(cellText).join(',')}\r\n`).join('');
}

function cellText(value: string | number | boolean | null): string {
  const text = value === null ? '' : String(value);
  return /[",\r\n]|^\s|\s$|^\uFEFF/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
