/**
 * What is wrong with a space, all at once.
 *
 * @module
 */
import { placedDimensions } from './branches';
import type { NestedSpace } from './branches';
import { requirementsOf, selectorsOf } from './conditions';
import { unitOf, valueAtUnit } from './coordinates';
import { boundsOf, cardinality, isRange, isRelative, listOf, stepOf } from './dimension';
import type { Dimension, Scalar, Space } from './dimension';
import { pointsIn } from './enumeration';

export interface SpaceProblem {
  /** Where in the space, e.g. `['dropoutRate', 'uniform']`. */
  readonly path: readonly string[];
  readonly rule: string;
  readonly value: unknown;
}

const KINDS = ['uniform', 'logUniform', 'integer', 'choice', 'ordinal', 'constant'] as const;

/** Values that something may depend on, at most: each is looked at. */
const SELECTOR_VALUES_MAX = 1000;

/** Every problem of a space: of each dimension by itself, and of what they depend on. */
export function spaceProblems(nested: NestedSpace): readonly SpaceProblem[] {
  const placed = placedDimensions(nested);
  if (placed.length === 0) return [{ path: [], rule: 'must have at least one hyperparameter', value: nested }];
  const own = placed.flatMap(({ path, dimension }) =>
    dimensionProblems(dimension).map((problem) => ({ ...problem, path: [...path, ...problem.path] })),
  );
  const relative = placed
    .filter(({ dimension }) => isRelative(dimension))
    .map(({ path, dimension }) => ({
      path: [...path, isRange(dimension) ? 'shrink' : 'times'],
      rule: 'must be values: outside of a study there is nothing to multiply',
      value: isRange(dimension) ? boundsOf(dimension) : listOf(dimension),
    }));
  return [...own, ...relative, ...conditionProblems(nested)];
}

/** What is wrong with a dimension by itself. */
export function dimensionProblems(dimension: Dimension): readonly SpaceProblem[] {
  const kinds = KINDS.filter((kind) => kind in dimension);
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1)
    return [{ path: [], rule: `must have one of ${KINDS.join(', ')}, branches`, value: dimension }];
  const at = (path: readonly string[], rule: string, value: unknown): readonly SpaceProblem[] => [
    { path, rule, value },
  ];
  if (kind !== 'constant' && !Array.isArray(dimension[kind as never]))
    return at([kind], 'must be a list', dimension[kind as never]);
  const list = listOf(dimension);
  if (list !== undefined) {
    if (list.length === 0) return at([kind], 'must have at least 1 entry', list);
    return new Set(list).size === list.length ? [] : at([kind], 'must not have a value twice', list);
  }
  if (!isRange(dimension)) return [];
  const [low, high] = boundsOf(dimension);
  if (![low, high].every(Number.isFinite)) return at([kind], 'must be finite', [low, high]);
  if (low >= high) return at([kind], 'must rise from the lowest to the highest value', [low, high]);
  const isLog = 'log' in dimension && dimension.log === true;
  if (low <= 0 && ('logUniform' in dimension || isLog))
    return at([kind], 'must be above 0: drawn evenly in the logarithm', [low, high]);
  const step = stepOf(dimension);
  if ('integer' in dimension && ![low, high, step].every(Number.isInteger))
    return at([kind], 'must be whole numbers', [low, high, step]);
  if (step === undefined) return [];
  if (!(step > 0)) return at(['step'], 'must be above 0', step);
  return step <= (high - low) * (1 + 1e-9)
    ? []
    : at(['step'], 'must be at most the highest less the lowest value', step);
}

/**
 * What is wrong with the conditions of a space: names that are not there, that lead in a circle, values that never
 * occur. Takes what people wrote; what is no dimension at all is passed over.
 */
export function conditionProblems(nested: unknown): readonly SpaceProblem[] {
  const placed = placedDimensions(nested);
  const space: Space = Object.fromEntries(placed.map(({ key, dimension }) => [key, dimension]));
  const problems: SpaceProblem[] = [...nameProblems(placed, space)];
  for (const { key, path, dimension } of placed) {
    for (const [parent, values] of Object.entries(dimension.when ?? {}))
      problems.push(...linkProblems(space, key, [...path, 'when', parent], parent, values));
  }
  if (placed.some(({ dimension }) => dimensionProblems(dimension).length > 0)) return problems;
  return problems.length > 0
    ? problems
    : placed
        .flatMap(({ key, path, dimension }) => neverProblems(space, key, path, dimension))
        .concat(sizeProblems(space));
}

/** Names that stand in two places of which both can exist at a point, or that others depend on. */
function nameProblems(placed: ReturnType<typeof placedDimensions>, space: Space): readonly SpaceProblem[] {
  const requirements = requirementsOf(space);
  const excludes = (a: string, b: string): boolean =>
    a !== b &&
    [...(requirements.get(a) ?? [])].some(([parent, values]) => {
      const others = requirements.get(b)?.get(parent);
      return others !== undefined && ![...values].some((value) => others.has(value));
    });
  const selectors = selectorsOf(space);
  return placed.flatMap((one, i): readonly SpaceProblem[] => {
    const clash = placed
      .slice(0, i)
      .find(({ name, key }) => name === one.name && (selectors.has(name) || !excludes(key, one.key)));
    if (clash === undefined) return [];
    const rule = `must have a name of its own, but ${clash.path.join('.')} has it too: give it once, with when, or in branches of one choice`;
    return [{ path: one.path, rule, value: one.name }];
  });
}

function linkProblems(
  space: Space,
  name: string,
  path: readonly string[],
  parent: string,
  values: Scalar | readonly Scalar[],
): readonly SpaceProblem[] {
  const at = (rule: string): readonly SpaceProblem[] => [{ path, rule, value: values }];
  const dimension = space[parent];
  if (dimension === undefined)
    return at(
      `must be the name of another hyperparameter of this space (${Object.keys(space)
        .filter((other) => other !== name)
        .join(', ')})`,
    );
  const circle = circleFrom(space, name);
  if (circle !== undefined) return at(`must not depend on itself: ${circle.join(' -> ')}`);
  if (dimensionProblems(dimension).length > 0) return [];
  if (isRelative(dimension)) return at('must name a hyperparameter whose values are known: times has factors');
  if (cardinality(dimension) > SELECTOR_VALUES_MAX)
    return at(
      `must name a hyperparameter with at most ${SELECTOR_VALUES_MAX} values: a choice, an ordinal, a constant or a short range of integers`,
    );
  const wanted = [values].flat();
  if (wanted.length === 0) return at('must have at least 1 value');
  const impossible = wanted.filter((value) => valueAtUnit(dimension, unitOf(dimension, value) ?? NaN) !== value);
  return impossible.length === 0
    ? []
    : at(
        `must be values that ${parent} can have, which ${impossible.map((value) => JSON.stringify(value)).join(', ')} cannot be`,
      );
}

/** The names from a dimension over what it depends on back to itself. */
function circleFrom(space: Space, name: string, above: readonly string[] = []): readonly string[] | undefined {
  if (above.includes(name)) return above[0] === name ? [...above, name] : undefined;
  for (const parent of Object.keys(space[name]?.when ?? {})) {
    const circle = circleFrom(space, parent, [...above, name]);
    if (circle !== undefined) return circle;
  }
  return undefined;
}

/** Conditions that are possible one by one, and never at once. */
function neverProblems(
  space: Space,
  name: string,
  path: readonly string[],
  { when }: Dimension,
): readonly SpaceProblem[] {
  const clash = [...(requirementsOf(space).get(name) ?? [])].find(([, values]) => values.size === 0);
  return clash === undefined
    ? []
    : [
        {
          path: [...path, 'when'],
          rule: `never holds: it and what it depends on need different values of ${clash[0]}`,
          value: when,
        },
      ];
}

function sizeProblems(space: Space): readonly SpaceProblem[] {
  try {
    pointsIn(space);
    return [];
  } catch (error) {
    return [{ path: [], rule: error instanceof RangeError ? error.message : String(error), value: undefined }];
  }
}
