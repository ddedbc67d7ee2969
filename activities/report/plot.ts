/**
 * A plot of a decision's evidence as inline SVG. Its text is sized for a phone, where it is as wide as the screen.
 *
 * @module
 */
import type { Plot } from '../../workflows/stages/stage';
import { formatNumber, formatTick } from '../wording/numbers';
import { html } from './html';
import type { Html } from './html';
import { truncated, placedMarks, spreadHeights, textWidth } from './text-placement';
import type { PlacedMark } from './text-placement';
import { arePowersOfTwo, isPlottable, positionOn, scaleFor, ticksOf } from './scale';
import type { Scale, Ticks } from './scale';
import { thinned } from './thin';
import type { Point } from './thin';

const WIDTH = 460;
const FRAME_HEIGHT = 210;
const FONT_SIZE = 13;
const ROW_HEIGHT = 16;
const MARGIN = { right: 14, bottom: 42, top: 28 };

/** About two points for each pixel of the frame: more cannot be seen. */
const POINTS_MAX = 800;

/** Points are drawn as dots too where they are so few that one wants to know where they lie. */
const DOTS_MAX = 20;

/** Colours in the style sheet; further series repeat them with another dash. */
export const SERIES_COLOURS = 7;
const DASHES = ['none', '6 3', '2 3', '8 3 2 3'] as const;

/** Lines with more names than this get a legend below in place of names at their ends. */
const DIRECT_LABELS_MAX = 5;
const DIRECT_LABEL_WIDTH_MAX = 110;

interface Line {
  readonly name: string;
  readonly points: readonly Point[];
  readonly index: number;
  readonly drawnAs: 'line' | 'points';
}

interface Frame {
  readonly x: Scale;
  readonly y: Scale;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/**
 * A figure with its title, the plot and, where lines are many, a legend.
 *
 * Values that have no place on the axes are left out: what is not finite, and on a log axis what is not positive.
 */
export function renderPlot(plot: Plot): Html {
  const lines = plot.series
    .map((series, index) => lineOf(plot, series, index))
    .filter(({ points }) => points.length > 0);
  const marks = plot.marks.filter(({ x }) => isPlottable(x, plot.xScale));
  const x = scaleFor(
    [...lines.flatMap(({ points }) => points.map((point) => point.x)), ...marks.map((mark) => mark.x)],
    plot.xScale,
  );
  const y = scaleFor(
    lines.flatMap(({ points }) => points.map((point) => point.y)),
    plot.yScale,
  );
  if (x === undefined || y === undefined) {
    return html`<figure class="plot"><figcaption>${plot.title}</figcaption><p class="quiet">No points to draw.</p></figure>`;
  }
  return drawnPlot(plot, { lines, marks, x, y });
}

interface Drawable {
  readonly lines: readonly Line[];
  readonly marks: Plot['marks'];
  readonly x: Scale;
  readonly y: Scale;
}

function drawnPlot(plot: Plot, { lines, marks, x, y }: Drawable): Html {
  const yTicks = ticksOf(y, 5);
  const xTicks = ticksOf(
    x,
    7,
    plot.xScale === 'log' && arePowersOfTwo(lines.flatMap(({ points }) => points.map((point) => point.x))),
  );
  const left = 10 + Math.max(24, ...yTicks.major.map((tick) => textWidth(formatTick(tick), FONT_SIZE)));
  const labelWidth = lines.length > 1 ? Math.max(...lines.map(({ name }) => textWidth(name, FONT_SIZE) + 8)) : 0;
  const direct = lines.length > 1 && lines.length <= DIRECT_LABELS_MAX && labelWidth <= DIRECT_LABEL_WIDTH_MAX;
  const right = WIDTH - MARGIN.right - (direct ? labelWidth : 0);
  const placed = placedMarks(
    marks.map(({ name, x: at }) => ({
      name: truncated(name, right - left, FONT_SIZE),
      x: left + positionOn(x, at) * (right - left),
    })),
    WIDTH - 2,
    FONT_SIZE,
  );
  const top = MARGIN.top + ROW_HEIGHT * Math.max(0, ...placed.map(({ row }) => row + 1));
  const frame: Frame = { x, y, left, right, top, bottom: top + FRAME_HEIGHT };
  const description = `${plot.yLabel} against ${plot.xLabel}: ${lines.map(({ name }) => name).join(', ')}`;
  return html`<figure class="plot"><figcaption>${plot.title}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${frame.bottom + MARGIN.bottom}" role="img" aria-label="${plot.title}"><desc>${description}</desc>
${axes(plot, frame, xTicks, yTicks)}
${placed.map((mark) => markLine(mark, frame))}
${lines.map((line) => drawnLine(line, frame))}
${direct && directLabels(lines, frame)}
</svg>${!direct && lines.length > 1 && legend(lines)}</figure>`;
}

function lineOf(plot: Plot, { name, x, y, drawnAs = 'line' }: Plot['series'][number], index: number): Line {
  const points = x.slice(0, y.length).map((at, i) => ({ x: at, y: y[i] ?? NaN }));
  const plottable = points.filter((point) => isPlottable(point.x, plot.xScale) && isPlottable(point.y, plot.yScale));
  return { name, index, drawnAs, points: thinned(plottable, POINTS_MAX) };
}

function axes(plot: Plot, frame: Frame, xTicks: Ticks, yTicks: Ticks): Html {
  const { left, right, top, bottom } = frame;
  const tickX = (tick: number) => pixel(xOf(frame, tick));
  const tickY = (tick: number) => pixel(yOf(frame, tick));
  return html`<g class="grid">
${[...xTicks.minor, ...xTicks.major].map((tick) => html`<path d="M${tickX(tick)} ${pixel(top)}V${pixel(bottom)}"/>`)}
${[...yTicks.minor, ...yTicks.major].map((tick) => html`<path d="M${pixel(left)} ${tickY(tick)}H${pixel(right)}"/>`)}
</g><g class="ticks">
${xTicks.major.map((tick) => html`<text x="${tickX(tick)}" y="${pixel(bottom + 17)}" text-anchor="middle">${formatTick(tick)}</text>`)}
${yTicks.major.map((tick) => html`<text x="${pixel(left - 6)}" y="${tickY(tick)}" dy="0.35em" text-anchor="end">${formatTick(tick)}</text>`)}
<text x="${pixel((left + right) / 2)}" y="${pixel(bottom + 36)}" text-anchor="middle">${truncated(plot.xLabel, right - left, FONT_SIZE)}</text>
<text x="2" y="12">${truncated(plot.yLabel, WIDTH, FONT_SIZE)}</text>
</g><path class="axis" d="M${pixel(left)} ${pixel(top)}V${pixel(bottom)}H${pixel(right)}"/>`;
}

function markLine({ name, x, textX, row }: PlacedMark, { top, bottom }: Frame): Html {
  const baseline = top - 6 - row * ROW_HEIGHT;
  return html`<g class="mark"><path d="M${pixel(x)} ${pixel(baseline - 8)}V${pixel(bottom)}"/><text x="${pixel(textX)}" y="${pixel(baseline)}">${name}</text></g>`;
}

function drawnLine({ name, index, points, drawnAs }: Line, frame: Frame): Html {
  const at = points.map((point) => `${pixel(xOf(frame, point.x))} ${pixel(yOf(frame, point.y))}`);
  const dots =
    drawnAs === 'points' || points.length <= DOTS_MAX
      ? points.map(
          (point) =>
            html`<circle cx="${pixel(xOf(frame, point.x))}" cy="${pixel(yOf(frame, point.y))}" r="3"><title>${name}: ${formatNumber(point.x)}, ${formatNumber(point.y)}</title></circle>`,
        )
      : [];
  return html`<g class="series s${index % SERIES_COLOURS}">${drawnAs === 'line' && points.length > 1 && html`<path d="M${at.join('L')}" stroke-dasharray="${dashOf(index)}"/>`}${dots}</g>`;
}

function directLabels(lines: readonly Line[], frame: Frame): Html {
  const ends = lines.map(({ points }) => yOf(frame, points.at(-1)?.y ?? frame.y.min));
  const heights = spreadHeights(ends, ROW_HEIGHT, frame.top + 4, frame.bottom - 4) ?? ends;
  return html`<g class="names">${lines.map(({ name, index }, i) => html`<text class="s${index % SERIES_COLOURS}" x="${pixel(frame.right + 6)}" y="${pixel(heights[i] ?? 0)}" dy="0.35em">${name}</text>`)}</g>`;
}

function legend(lines: readonly Line[]): Html {
  return html`<ul class="legend">${lines.map(
    ({
      name,
      index,
      drawnAs,
    }) => html`<li class="s${index % SERIES_COLOURS}"><svg viewBox="0 0 24 8" aria-hidden="true">
${drawnAs === 'points' ? html`<circle cx="12" cy="4" r="3"/>` : html`<path d="M0 4H24" stroke-dasharray="${dashOf(index)}"/>`}</svg>${name}</li>`,
  )}</ul>`;
}

function dashOf(index: number): string {
  return DASHES[Math.floor(index / SERIES_COLOURS) % DASHES.length] ?? 'none';
}

function xOf({ x, left, right }: Frame, value: number): number {
  return left + positionOn(x, value) * (right - left);
}

function yOf({ y, top, bottom }: Frame, value: number): number {
  return bottom - positionOn(y, value) * (bottom - top);
}

/** A tenth of a pixel is as fine as anyone sees, and keeps a page small. */
function pixel(value: number): string {
  return String(Math.round(value * 10) / 10);
}
