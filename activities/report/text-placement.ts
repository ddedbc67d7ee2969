/**
 * Where the names in a plot go, so that they do not lie on each other.
 *
 * @module
 */

/** Mean width of a character of the page's fonts, in units of the font size; on the generous side. */
const CHARACTER_WIDTH = 0.62;

export interface PlacedMark {
  readonly name: string;
  readonly x: number;
  /** Where its text begins; left of the line where there is no room on the right. */
  readonly textX: number;
  /** 0 is the row next to the plot. */
  readonly row: number;
}

/** An estimate: a page without scripts cannot measure. */
export function textWidth(text: string, fontSize: number): number {
  return [...text].length * fontSize * CHARACTER_WIDTH;
}

/** Text cut to fit a width, with an ellipsis. */
export function truncated(text: string, width: number, fontSize: number): string {
  const characters = [...text];
  const most = Math.max(1, Math.floor(width / (fontSize * CHARACTER_WIDTH)));
  return characters.length <= most
    ? text
    : `${characters
        .slice(0, most - 1)
        .join('')
        .trimEnd()}…`;
}

/**
 * Rows for the names of vertical marks. From right to left each takes the lowest row where it fits: a name that reaches
 * over the line of its right neighbour then lies above the end of that line.
 */
export function placedMarks(
  marks: readonly { readonly name: string; readonly x: number }[],
  right: number,
  fontSize: number,
): readonly PlacedMark[] {
  const taken: { readonly from: number; readonly to: number; readonly row: number }[] = [];
  const placed = marks
    .map((mark, i) => ({ ...mark, i }))
    .sort((a, b) => b.x - a.x || a.i - b.i)
    .map(({ name, x }) => {
      const width = textWidth(name, fontSize);
      const textX = Math.max(0, Math.min(x + 4, right - width));
      const [from, to] = [Math.min(x, textX), textX + width + 6];
      const rows = taken.filter((other) => from < other.to && to > other.from).map(({ row }) => row);
      const row = rows.length === 0 ? 0 : Math.max(...rows) + 1;
      taken.push({ from, to, row });
      return { name, x, textX, row };
    });
  return placed.reverse();
}

/**
 * Heights near the wanted ones and at least `gap` apart, in the order given; all within [top, bottom] if they fit
 * there.
 *
 * @returns `undefined` if there are too many to fit.
 */
export function spreadHeights(
  wanted: readonly number[],
  gap: number,
  top: number,
  bottom: number,
): readonly number[] | undefined {
  if ((wanted.length - 1) * gap > bottom - top) return undefined;
  const order = wanted.map((y, i) => ({ y, i })).sort((a, b) => a.y - b.y || a.i - b.i);
  const heights: number[] = [];
  let previous = top - gap;
  for (const { y } of order) heights.push((previous = Math.max(y, previous + gap)));
  let next = bottom + gap;
  for (let i = heights.length - 1; i >= 0; i--) heights[i] = next = Math.min(heights[i] ?? next, next - gap);
  const result = wanted.map(() => 0);
  order.forEach(({ i }, rank) => {
    result[i] = heights[rank] ?? 0;
  });
  return result;
}
