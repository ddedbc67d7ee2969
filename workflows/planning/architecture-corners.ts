/**
 * The corners of the part of a sweep's space that a model's architecture depends on: what cannot be built is found at
 * the extremes first.
 *
 * @module
 */
import { activeNames, hparamOf, listOf, named, pick, requirementsOf, selectorsOf, valueAtUnit } from '../search/space';
import type { Dimension, Scalar, Space } from '../search/space';
import type { HParams } from '../words/trial';

/** More corners than these are not combined: each extreme is tried alone, and all lowest and all highest together. */
const CORNERS_MAX = 64;

type Extremes = ReadonlyMap<string, readonly Scalar[]>;

/**
 * The corners as values of the space: what does not exist at one, by the conditions of the space, is not in it.
 *
 * @param space In values only.
 * @param read Hyperparameters that the model reads.
 * @param hparams The study as it stands.
 */
export function architectureCorners(space: Space, read: readonly string[], hparams: HParams): readonly HParams[] {
  const extremes = extremesOf(space, read);
  const part = Object.fromEntries(Object.entries(space).filter(([name]) => extremes.has(name)));
  const points = combined(extremes) ?? oneByOne(part, extremes, hparams);
  const corners = points
    .map((point) => named(part, point, activeNames(part, point)))
    .filter((corner) => Object.keys(corner).some((name) => read.includes(name)));
  return [...new Map(corners.map((corner) => [JSON.stringify(corner), corner])).values()];
}

/** Of what the model reads, and of what that depends on: of the latter all values that are listed. */
function extremesOf(space: Space, read: readonly string[]): Extremes {
  const requirements = requirementsOf(space);
  const selectors = selectorsOf(space);
  const needed = new Set(
    Object.keys(space).flatMap((key) =>
      read.includes(hparamOf(space, key)) ? [key, ...(requirements.get(key)?.keys() ?? [])] : [],
    ),
  );
  return new Map(
    Object.entries(space).flatMap(([name, dimension]) =>
      needed.has(name) ? [[name, selectors.has(name) ? valuesOf(dimension) : endsOf(dimension)]] : [],
    ),
  );
}

const valuesOf = (dimension: Dimension): readonly Scalar[] => listOf(dimension) ?? endsOf(dimension);

/** Lowest and highest of numbers; of what has no order, all. */
function endsOf(dimension: Dimension): readonly Scalar[] {
  const list = listOf(dimension);
  if (list === undefined) return [...new Set([valueAtUnit(dimension, 0), valueAtUnit(dimension, 1)])];
  const numbers = list.filter((value) => typeof value === 'number');
  return numbers.length < list.length ? list : [...new Set([Math.min(...numbers), Math.max(...numbers)])];
}

function combined(extremes: Extremes): readonly HParams[] | undefined {
  const size = [...extremes.values()].reduce((product, { length }) => product * length, 1);
  if (size > CORNERS_MAX) return undefined;
  return [...extremes].reduce<readonly HParams[]>(
    (points, [name, values]) => points.flatMap((point) => values.map((value) => ({ ...point, [name]: value }))),
    [{}],
  );
}

function oneByOne(space: Space, extremes: Extremes, hparams: HParams): readonly HParams[] {
  const requirements = requirementsOf(space);
  const at = (end: 0 | -1): HParams =>
    Object.fromEntries([...extremes].map(([name, values]) => [name, values.at(end)!]));
  const standing = {
    ...at(0),
    ...pick(
      hparams,
      [...extremes.keys()].filter((name) => hparams[name] !== undefined),
    ),
  };
  const alone = [...extremes].flatMap(([name, values]) => {
    const needed = [...(requirements.get(name) ?? [])].flatMap(([parent, allowed]) =>
      [...allowed].slice(0, 1).map((value) => [parent, value] as const),
    );
    return values.map((value) => ({ ...standing, ...Object.fromEntries(needed), [name]: value }));
  });
  return [...alone, at(0), at(-1)];
}
