/**
 * Spaces of hyperparameters. A sampler thinks in the unit cube, one coordinate in [0, 1] per dimension; this file maps that to values.
 *
 * @module
 */
import type { HParams } from '../trial';

export type Scalar = number | string | boolean;

/** The values that one hyperparameter may take. */
export type Dimension =
  | { readonly uniform: readonly [number, number]; readonly step?: number | undefined }
  | { readonly logUniform: readonly [number, number] }
  | { readonly integer: readonly [number, number]; readonly step?: number | undefined }
  | { readonly choice: readonly Scalar[] }
  | { readonly constant: Scalar };

/** Dimensions by hyperparameter; the order of the keys is the order of the unit cube's coordinates. */
export type Space = Readonly<Record<string, Dimension>>;

/** Number of different values of a dimension; Infinity where it is continuous. */
export function cardinality(dimension: Dimension): number {
  if ('constant' in dimension) return 1;
  if ('choice' in dimension) return dimension.choice.length;
  if ('logUniform' in dimension) return Infinity;
  if ('integer' in dimension) return stepsIn(dimension.integer, dimension.step ?? 1) + 1;
  return dimension.step === undefined ? Infinity : stepsIn(dimension.uniform, dimension.step) + 1;
}

/** Number of different points of a space. */
export function pointsIn(space: Space): number {
  return Object.values(space).reduce((points, dimension) => points * cardinality(dimension), 1);
}

/** Whole steps that fit between two bounds; a tiny excess makes up for sums like 0.1 + 0.2. */
function stepsIn([low, high]: readonly [number, number], step: number): number {
  return Math.floor((high - low) / step + 1e-9);
}

/**
 * The value of a dimension at a unit coordinate, continuous ones to four digits. Discrete values share [0, 1] evenly; coordinates outside
 * are clamped.
 *
 * @param unit In [0, 1].
 */
export function valueAtUnit(dimension: Dimension, unit: number): Scalar {
  const u = Math.min(1, Math.max(0, unit));
  if ('constant' in dimension) return dimension.constant;
  const count = cardinality(dimension);
  const index = Math.min(count - 1, Math.floor(u * count));
  if ('choice' in dimension) return dimension.choice[index]!;
  if ('logUniform' in dimension) return between(dimension.logUniform, dimension.logUniform[0] * (dimension.logUniform[1] / dimension.logUniform[0]) ** u);
  if ('integer' in dimension) return dimension.integer[0] + index * (dimension.step ?? 1);
  const { uniform: [low, high], step } = dimension;
  if (step === undefined) return between([low, high], low + u * (high - low));
  return Number((low + index * step).toPrecision(12));
}

/** More digits than these make no difference to a training, and none to read. */
const DIGITS = 4;

function between([low, high]: readonly [number, number], value: number): number {
  return Math.min(high, Math.max(low, Number(value.toPrecision(DIGITS))));
}

/**
 * The unit coordinate of a value, in the middle of the share that the value has; values outside the bounds map to 0 or 1.
 *
 * @returns `undefined` for a value that the dimension cannot be compared with, e.g. one that is not among the choices.
 */
export function unitOf(dimension: Dimension, value: Scalar | undefined): number | undefined {
  if ('constant' in dimension) return value === dimension.constant ? 0.5 : undefined;
  if ('choice' in dimension) {
    const index = dimension.choice.findIndex((choice) => choice === value);
    return index < 0 ? undefined : (index + 0.5) / dimension.choice.length;
  }
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined;
  if ('logUniform' in dimension) {
    const [low, high] = dimension.logUniform;
    return value <= low ? 0 : Math.min(1, Math.log(value / low) / Math.log(high / low));
  }
  const [low, high] = 'integer' in dimension ? dimension.integer : dimension.uniform;
  const count = cardinality(dimension);
  if (count === Infinity) return Math.min(1, Math.max(0, (value - low) / (high - low)));
  const step = dimension.step ?? 1;
  return (Math.min(count - 1, Math.max(0, Math.round((value - low) / step))) + 0.5) / count;
}

/** The hyperparameters at a point of the unit cube. */
export function pointAt(space: Space, units: readonly number[]): HParams {
  return Object.fromEntries(Object.entries(space).map(([name, dimension], i) => [name, valueAtUnit(dimension, units[i] ?? 0.5)]));
}

/** The point of the unit cube that belongs to hyperparameters; dimensions that it has no place in are `undefined`. */
export function unitsOf(space: Space, hparams: HParams): readonly (number | undefined)[] {
  return Object.entries(space).map(([name, dimension]) => unitOf(dimension, hparams[name]));
}
