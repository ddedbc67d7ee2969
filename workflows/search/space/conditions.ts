import type { Scalar, Space } from './dimension';

/** What other hyperparameters must be for a dimension to exist, the conditions of those included. */
export type Requirements = ReadonlyMap<string, ReadonlySet<Scalar>>;

/**
 * The requirements of every dimension. A dimension exists if and only if all of its own are met, in whatever order they
 * are looked at.
 *
 * In a space that `spaceProblems` would refuse, what depends on itself or on nothing that is there has requirements
 * that no point meets.
 */
export function requirementsOf(space: Space): ReadonlyMap<string, Requirements> {
  return new Map(Object.keys(space).map((name) => [name, closure(space, name, [])]));
}

function closure(space: Space, name: string, above: readonly string[]): Requirements {
  const all = new Map<string, ReadonlySet<Scalar>>();
  for (const [parent, values] of Object.entries(space[name]?.when ?? {})) {
    restrict(all, parent, new Set(above.includes(parent) || space[parent] === undefined ? [] : [values].flat()));
    if (!above.includes(parent))
      closure(space, parent, [...above, name]).forEach((set, ancestor) => restrict(all, ancestor, set));
  }
  return all;
}

function restrict(all: Map<string, ReadonlySet<Scalar>>, name: string, values: ReadonlySet<Scalar>): void {
  const before = all.get(name);
  all.set(name, before === undefined ? values : new Set([...before].filter((value) => values.has(value))));
}

/**
 * Names of the hyperparameters that exist at a point, in the order of the space.
 *
 * @param requirements Those of the space: who asks for many points works them out once.
 */
export function activeNames(
  space: Space,
  values: Readonly<Record<string, Scalar>>,
  requirements = requirementsOf(space),
): readonly string[] {
  return Object.keys(space).filter((name) => meets(values, requirements.get(name)));
}

/** Whether values meet requirements; where there are none, they do. */
export function meets(
  values: Readonly<Record<string, Scalar | undefined>>,
  requirements: Requirements | undefined,
): boolean {
  for (const [name, allowed] of requirements ?? []) {
    const value = values[name];
    if (value === undefined || !allowed.has(value)) return false;
  }
  return true;
}

/** Names of the hyperparameters that others depend on. */
export function selectorsOf(space: Space): ReadonlySet<string> {
  return new Set(Object.values(space).flatMap(({ when = {} }) => Object.keys(when)));
}
