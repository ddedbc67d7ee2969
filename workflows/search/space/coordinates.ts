/**
 * Values as unit coordinates and back. A sampler thinks in the unit cube, one coordinate in [0, 1] per dimension.
 *
 * @module
 */
import { boundsOf, cardinality, isLogarithmic, isRange, listOf, stepOf } from './dimension';
import type { Dimension, Range, Scalar } from './dimension';
import { power } from '../power';

/** Looked up once: in a workflow's sandbox each use of a global is a slow call. */
const { exp, floor, log, max, min, round } = Math;

/** The shares that the values of a dimension have of [0, 1], in order. */
export interface Cells {
  readonly count: number;
  /** Where a cell begins; `edge(count)` is 1. */
  edge(index: number): number;
  /** The cell that a coordinate in [0, 1] lies in. */
  at(unit: number): number;
}

/** More digits than these make no difference to a training, and none to read. */
const DIGITS = 4;

/** Digits of sums of steps: enough for any step, too few for what 0.1 + 0.2 adds. */
const STEP_DIGITS = 12;

/**
 * The cells of a dimension with finitely many values: equal ones, but in a logarithm each as wide as the values nearest
 * to its own make it.
 *
 * @returns `undefined` where it is continuous.
 */
export function cellsOf(dimension: Dimension): Cells | undefined {
  const count = cardinality(dimension);
  if (count === Infinity) return undefined;
  return isRange(dimension) && isLogarithmic(dimension)
    ? logCells(dimension, count)
    : { count, edge: (index) => index / count, at: (unit) => min(count - 1, floor(unit * count)) };
}

/**
 * The range that the cells of a logarithm share out: half a step beyond the values on either side, but never down to 0.
 */
function logRange(dimension: Range, count: number): readonly [number, number] {
  const [[low], step = 1] = [boundsOf(dimension), stepOf(dimension)];
  return [low - min(step, low) / 2, low + (count - 0.5) * step];
}

function logCells(dimension: Range, count: number): Cells {
  const [[low], step = 1] = [boundsOf(dimension), stepOf(dimension)];
  const [first, last] = logRange(dimension, count);
  const edge = (index: number): number =>
    index <= 0 ? 0 : index >= count ? 1 : log((low + (index - 0.5) * step) / first) / log(last / first);
  const at = (unit: number): number => {
    let index = min(count - 1, max(0, round((first * exp(unit * log(last / first)) - low) / step)));
    while (index > 0 && unit < edge(index)) index--;
    while (index < count - 1 && unit >= edge(index + 1)) index++;
    return index;
  };
  return { count, edge, at };
}

/** The value of a dimension by its number, from 0 on; only where it has finitely many. */
export function valueNumbered(dimension: Dimension, index: number): Scalar {
  if ('constant' in dimension) return dimension.constant;
  if (!isRange(dimension)) return listOf(dimension)![index]!;
  const value = boundsOf(dimension)[0] + index * (stepOf(dimension) ?? 1);
  return 'integer' in dimension ? value : Number(value.toPrecision(STEP_DIGITS));
}

/**
 * The value of a dimension at a unit coordinate, continuous ones to four digits; coordinates outside are clamped.
 *
 * @param unit In [0, 1].
 */
export function valueAtUnit(dimension: Dimension, unit: number): Scalar {
  const u = min(1, max(0, unit));
  const cells = cellsOf(dimension);
  if (cells !== undefined || !isRange(dimension)) return valueNumbered(dimension, cells?.at(u) ?? 0);
  const [low, high] = boundsOf(dimension);
  const value = isLogarithmic(dimension) ? low * power(high / low, u) : low + u * (high - low);
  return min(high, max(low, Number(value.toPrecision(DIGITS))));
}

/**
 * The unit coordinate of a value, inside the share that the value has; values outside the bounds map to the nearest.
 *
 * @returns `undefined` for a value that the dimension cannot be compared with, e.g. one that is not among the choices.
 */
export function unitOf(dimension: Dimension, value: Scalar | undefined): number | undefined {
  if (!isRange(dimension)) {
    const list = 'constant' in dimension ? [dimension.constant] : listOf(dimension)!;
    const index = list.findIndex((one) => one === value);
    return index < 0 ? undefined : (index + 0.5) / list.length;
  }
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined;
  const [low, high] = boundsOf(dimension);
  const step = stepOf(dimension);
  if (step === undefined)
    return min(
      1,
      max(0, isLogarithmic(dimension) ? log(max(low, value) / low) / log(high / low) : (value - low) / (high - low)),
    );
  const count = cardinality(dimension);
  const index = min(count - 1, max(0, round((value - low) / step)));
  if (!isLogarithmic(dimension)) return (index + 0.5) / count;
  const [first, last] = logRange(dimension, count);
  return log((low + index * step) / first) / log(last / first);
}
