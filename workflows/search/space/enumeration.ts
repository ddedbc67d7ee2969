/**
 * The points of a space by number. Dimensions that depend on each other, directly or over others, form a component;
 * components multiply, and inside of one the shapes add up: the sets of its dimensions that exist together.
 *
 * @module
 */
import type { HParams } from '../../words/trial';
import { meets, requirementsOf, selectorsOf } from './conditions';
import { valueNumbered } from './coordinates';
import { cardinality } from './dimension';
import type { Dimension, Scalar, Space } from './dimension';
import { named } from './points';

/** Values of a dimension by number, e.g. all of them, or those on a grid. */
export interface Levels {
  readonly count: number;
  at(position: number): Scalar;
}

export interface Enumeration {
  /** Number of points; Infinity where a dimension is continuous. */
  readonly size: number;
  /** A point by number, below the size; the last dimension changes fastest. */
  at(index: number): HParams;
}

/** The dimensions of a component that exist together, each with the values that it has then. */
type Shape = ReadonlyMap<string, Levels>;

/** More shapes of one component would make a suggestion slow; each value that something depends on is one. */
const SHAPES_MAX = 5000;

/**
 * The points of a space.
 *
 * @param levelsOf Values of a dimension; `undefined` for all. Of dimensions that others depend on all values count in
 *   any case.
 * @throws RangeError if dimensions depend on each other in too many ways.
 */
export function enumerate(
  space: Space,
  levelsOf: (dimension: Dimension) => Levels | undefined = allLevels,
): Enumeration {
  const selectors = selectorsOf(space);
  const levels = new Map(
    Object.entries(space).map(([name, dimension]) => [
      name,
      (selectors.has(name) ? undefined : levelsOf(dimension)) ?? allLevels(dimension),
    ]),
  );
  const parts = componentsOf(space).map((names) => partOf(shapesOf(space, names, levels)));
  const names = Object.keys(space);
  return {
    size: parts.reduce((size, part) => size * part.size, 1),
    at(index) {
      let rest = index;
      const values = [...parts].reverse().map((part) => {
        const position = rest % part.size;
        rest = Math.floor(rest / part.size);
        return part.at(position);
      });
      const all: HParams = Object.assign({}, ...values) as HParams;
      return named(
        space,
        all,
        names.filter((name) => name in all),
      );
    },
  };
}

/** Number of different points of a space. */
export function pointsIn(space: Space): number {
  return enumerate(space).size;
}

function allLevels(dimension: Dimension): Levels {
  return { count: cardinality(dimension), at: (position) => valueNumbered(dimension, position) };
}

function partOf(shapes: readonly Shape[]): Enumeration {
  const sizes = shapes.map((shape) => [...shape.values()].reduce((size, { count }) => size * count, 1));
  return {
    size: sizes.reduce((sum, size) => sum + size, 0),
    at(index) {
      let rest = index;
      const found = sizes.findIndex((size) => (rest -= size) < 0);
      rest += sizes[found] ?? 0;
      const values = [...(shapes[found] ?? [])].reverse().map(([name, { count, at }]): [string, Scalar] => {
        const value = at(rest % count);
        rest = Math.floor(rest / count);
        return [name, value];
      });
      return Object.fromEntries(values);
    },
  };
}

/** Names that depend on each other, in the order of the space. */
function componentsOf(space: Space): readonly (readonly string[])[] {
  const component = new Map(Object.keys(space).map((name) => [name, name]));
  requirementsOf(space).forEach((requirements, name) =>
    requirements.forEach((_, ancestor) => {
      const [from, to] = [component.get(ancestor), component.get(name)];
      component.forEach((one, member) => one === from && to !== undefined && component.set(member, to));
    }),
  );
  const groups = new Map<string, string[]>();
  component.forEach((id, name) => groups.set(id, [...(groups.get(id) ?? []), name]));
  return [...groups.values()];
}

/**
 * Goes through the dimensions that others depend on, parents first; values that make no difference to what exists stay
 * together.
 */
function shapesOf(space: Space, names: readonly string[], levels: ReadonlyMap<string, Levels>): readonly Shape[] {
  const requirements = requirementsOf(space);
  const inside = selectorsOf(space);
  const depth = (name: string): number => requirements.get(name)?.size ?? 0;
  let partial: readonly { readonly values: HParams; readonly levels: Shape }[] = [{ values: {}, levels: new Map() }];
  for (const name of names.filter((one) => inside.has(one)).sort((a, b) => depth(a) - depth(b))) {
    const classes = classesOf(space, name, levels.get(name)!);
    partial = partial.flatMap((one) =>
      meets(one.values, requirements.get(name))
        ? classes.map((own) => ({
            values: { ...one.values, [name]: own.at(0) },
            levels: new Map([...one.levels, [name, own]]),
          }))
        : [one],
    );
    if (partial.length > SHAPES_MAX)
      throw new RangeError(
        `hyperparameters must depend on each other in at most ${SHAPES_MAX} ways, got more with ${name}: use fewer conditions`,
      );
  }
  return partial.map(
    ({ values, levels: selected }) =>
      new Map(
        names
          .filter((name) => selected.has(name) || (!inside.has(name) && meets(values, requirements.get(name))))
          .map((name) => [name, selected.get(name) ?? levels.get(name)!]),
      ),
  );
}

/** The values of a dimension, those together on which the same others depend. */
function classesOf(space: Space, name: string, { count, at }: Levels): readonly Levels[] {
  const sets = [...requirementsOf(space).values()].flatMap((requirements) => requirements.get(name) ?? []);
  const classes = new Map<string, Scalar[]>();
  for (let position = 0; position < count; position++) {
    const value = at(position);
    const signature = sets.map((set) => Number(set.has(value))).join('');
    classes.set(signature, [...(classes.get(signature) ?? []), value]);
  }
  return [...classes.values()].map((values) => ({ count: values.length, at: (position) => values[position]! }));
}
