/**
 * A bar chart of a decision's evidence as inline SVG, its bars with their names above them so that names of any length
 * fit a phone.
 *
 * @module
 */
import type { Bar, BarChart } from '../../workflows/stages/stage';
import { formatNumber, formatTick } from '../wording/numbers';
import { html } from './html';
import type { Html } from './html';
import { truncated } from './text-placement';
import { ticksOf } from './scale';

const WIDTH = 460;
const FONT_SIZE = 13;
const ROW_HEIGHT = 38;
const BAR_HEIGHT = 12;
const MARGIN = { left: 2, right: 14, top: 6, bottom: 42 };

/** More bars than these are noise. */
const BARS_MAX = 20;

/** A figure with its title, the bars and a note. Bars whose value is not finite are left out. */
export function renderBars({ title, xLabel, bars, note }: BarChart): Html {
  const drawn = bars.filter(({ value }) => Number.isFinite(value)).slice(0, BARS_MAX);
  const hidden = bars.length - drawn.length;
  return html`<figure class="plot"><figcaption>${title}</figcaption>${drawn.length > 0 && chart(title, xLabel, drawn)}
${note !== undefined && html`<p class="quiet">${asSentence(note)}</p>`}${hidden > 0 && html`<p class="quiet">and ${hidden} more, in the table</p>`}</figure>`;
}

function chart(title: string, xLabel: string, bars: readonly Bar[]): Html {
  const max = Math.max(
    ...bars.map(({ value, interval }) => Math.max(value, finite(interval?.[1], value))),
    Number.MIN_VALUE,
  );
  const [left, right] = [MARGIN.left, WIDTH - MARGIN.right];
  const bottom = MARGIN.top + bars.length * ROW_HEIGHT;
  const at = (value: number): string => String(Math.round((left + (value / max) * (right - left)) * 10) / 10);
  const ticks = ticksOf({ kind: 'linear', min: 0, max }, 5).major;
  return html`<svg viewBox="0 0 ${WIDTH} ${bottom + MARGIN.bottom}" role="img" aria-label="${title}"><desc>${bars.map(({ name, value }) => `${name} ${formatNumber(value)}`).join(', ')}</desc>
<g class="grid">${ticks.map((tick) => html`<path d="M${at(tick)} ${MARGIN.top}V${bottom}"/>`)}</g>
<g class="ticks">${ticks.map((tick) => html`<text x="${at(tick)}" y="${bottom + 17}" text-anchor="${tick === 0 ? 'start' : 'middle'}">${formatTick(tick)}</text>`)}
<text x="${(left + right) / 2}" y="${bottom + 36}" text-anchor="middle">${truncated(xLabel, right - left, FONT_SIZE)}</text></g>
<g class="bars">${bars.map((bar, i) => drawnBar(bar, MARGIN.top + i * ROW_HEIGHT, at))}</g><path class="axis" d="M${left} ${MARGIN.top}V${bottom}H${right}"/></svg>`;
}

function drawnBar({ name, value, interval, isFaint }: Bar, top: number, at: (value: number) => string): Html {
  const barTop = top + 18;
  const middle = barTop + BAR_HEIGHT / 2;
  const [low, high] = [finite(interval?.[0], value), finite(interval?.[1], value)];
  const spread = interval === undefined ? '' : `, ${formatNumber(low)} to ${formatNumber(high)}`;
  return html`<g class="${isFaint === true ? 'faint' : false}"><text x="${MARGIN.left + 5}" y="${top + 13}">${truncated(`${name}  ${formatNumber(twoDigits(value))}`, WIDTH - MARGIN.right, FONT_SIZE)}</text>
<path class="fill" d="M${MARGIN.left} ${barTop}H${at(Math.max(0, value))}V${barTop + BAR_HEIGHT}H${MARGIN.left}Z"><title>${name}: ${formatNumber(value)}${spread}</title></path>
${interval !== undefined && html`<path class="spread" d="M${at(Math.max(0, low))} ${middle}H${at(high)}"/>`}</g>`;
}

function finite(value: number | undefined, otherwise: number): number {
  return value !== undefined && Number.isFinite(value) ? value : otherwise;
}

/** Nobody should read more into an importance. */
function twoDigits(value: number): number {
  return Number(value.toPrecision(2));
}

function asSentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
