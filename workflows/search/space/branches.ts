import type { Dimension, Scalar, Space } from './dimension';

/**
 * A choice whose alternatives have dimensions of their own, e.g. `{ branches: { none: {}, dropout: { dropoutRate: {
 * uniform: [0.1, 0.6] } } } }`.
 */
export interface Branches {
  readonly branches: Readonly<Record<string, NestedSpace>>;
  readonly when?: Dimension['when'];
}

/** Factors on the value that a study holds when its search begins: flat, a relative ordinal. */
export interface Factors {
  readonly times: readonly number[];
  readonly when?: Dimension['when'];
}

/** Shares of every weight that decay takes in a whole training: flat, a relative range. */
export interface Shrinkage {
  readonly shrink: readonly [number, number];
  readonly when?: Dimension['when'];
}

/** A space with branches inside of branches. */
export interface NestedSpace {
  readonly [name: string]: Dimension | Branches | Factors | Shrinkage;
}

/** A dimension of a nested space and where it stands. */
interface PlacedDimension {
  readonly name: string;
  /** In the flat space: the name, and of one that stands in several places the branches of this one with it. */
  readonly key: string;
  readonly path: readonly string[];
  readonly dimension: Dimension;
}

/**
 * The same space without nesting: a choice of the branches' names, and their dimensions under `when`.
 *
 * A branch whose name is a number, `true` or `false` stands for that value, as it would in a choice. A hyperparameter in
 * several branches has a dimension for each, e.g. `learningRate (sgd)`.
 */
export function flattenSpace(nested: NestedSpace): Space {
  return Object.fromEntries(
    placedDimensions(nested).map(({ name, key, dimension }) => [
      key,
      key === name ? dimension : { ...dimension, of: name },
    ]),
  );
}

/**
 * Every dimension, choices of branches included, in the order of the space. What is not a mapping where one must be is
 * left out.
 */
export function placedDimensions(nested: unknown): readonly PlacedDimension[] {
  const placed = placedIn(nested, [], {});
  return placed.map((one) => {
    const others = placed.filter(({ name }) => name === one.name);
    const branches = one.path.filter((_, i) => one.path[i - 1] === 'branches' && i % 3 === 2);
    return {
      ...one,
      key: others.length > 1 && branches.length > 0 ? `${one.name} (${branches.join(', ')})` : one.name,
    };
  });
}

/** @param condition What the dimensions of this level depend on, besides their own conditions. */
function placedIn(
  nested: unknown,
  path: readonly string[],
  condition: Dimension['when'],
): readonly Omit<PlacedDimension, 'key'>[] {
  return Object.entries(mapping(nested)).flatMap(([name, entry]): readonly Omit<PlacedDimension, 'key'>[] => {
    if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return [];
    const { branches, times, shrink, when: written, ...rest } = entry as Readonly<Record<string, unknown>>;
    const when = { ...mapping(written), ...condition };
    const own = {
      ...rest,
      ...(branches !== undefined && { choice: Object.keys(mapping(branches)).map(valueOfKey) }),
      ...(times !== undefined && { ordinal: times, isRelative: true }),
      ...(shrink !== undefined && { logUniform: shrink, isRelative: true }),
      ...(Object.keys(when).length > 0 && { when }),
    };
    const below = Object.entries(mapping(branches)).flatMap(([branch, inner]) =>
      placedIn(inner, [...path, name, 'branches', branch], { [name]: valueOfKey(branch) }),
    );
    return [{ name, path: [...path, name], dimension: own as unknown as Dimension }, ...below];
  });
}

function valueOfKey(key: string): Scalar {
  if (key === 'true' || key === 'false') return key === 'true';
  return String(Number(key)) === key && Number.isFinite(Number(key)) ? Number(key) : key;
}

function mapping(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
