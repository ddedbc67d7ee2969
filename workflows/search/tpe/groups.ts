import type { HParams } from '../../words/trial';
import { activeNames, cardinality, hparamOf, meets, pick, requirementsOf, valueAtUnit } from '../space';
import type { Dimension, Requirements, Scalar, Space } from '../space';

/** Dimensions that exist under the same conditions, and so at the same points. */
export interface Group {
  readonly space: Space;
  /** Tells the group's draws from others'; empty for dimensions without conditions. */
  readonly key: string;
  readonly requirements: Requirements;
}

/**
 * The dimensions with more than one value, apart by what they depend on; those that others depend on come first.
 *
 * A density of a group rests on the points that have all of it, so no value is ever made up for what does not exist at
 * a point.
 * Source: the group decomposition of Optuna's TPESampler (`group=True`), which finds the same groups from the trials.
 */
export function groupsOf(space: Space): readonly Group[] {
  const groups = new Map<string, { readonly requirements: Requirements; readonly dimensions: [string, Dimension][] }>();
  requirementsOf(space).forEach((requirements, name) => {
    const dimension = space[name]!;
    if (cardinality(dimension) <= 1) return;
    const key = requirements.size === 0 ? '' : keyOf(requirements);
    const group = groups.get(key) ?? { requirements, dimensions: [] };
    const { when: _, ...unconditional } = dimension;
    group.dimensions.push([name, unconditional]);
    groups.set(key, group);
  });
  return [...groups]
    .map(([key, { requirements, dimensions }]) => ({ key, requirements, space: Object.fromEntries(dimensions) }))
    .sort((a, b) => a.requirements.size - b.requirements.size);
}

function keyOf(requirements: Requirements): string {
  const sorted = [...requirements].map(
    ([name, values]) => [name, [...values].map((value) => JSON.stringify(value)).sort()] as const,
  );
  return JSON.stringify(sorted.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** One point from a draw of every group: of those that do not exist under the others nothing is taken. */
export function assembled(
  space: Space,
  draws: readonly { readonly group: Group; readonly values: HParams }[],
): HParams {
  let all: HParams = Object.fromEntries(
    Object.entries(space)
      .filter(([, dimension]) => cardinality(dimension) <= 1)
      .map(([name, dimension]): [string, Scalar] => [name, valueAtUnit(dimension, 0.5)]),
  );
  for (const { group, values } of draws) {
    if (meets(all, group.requirements)) all = { ...all, ...values };
  }
  const active = activeNames(space, all);
  // Of several constants for a hyperparameter the one that exists here.
  const own = active.flatMap((key) => {
    const { of, ...dimension } = space[key]!;
    return of !== undefined && cardinality(dimension) <= 1 ? [[of, valueAtUnit(dimension, 0.5)] as const] : [];
  });
  return pick(
    { ...all, ...Object.fromEntries(own) },
    active.map((key) => hparamOf(space, key)),
  );
}
