/**
 * Averages of weights and moving statistics, advanced where a step puts these in place.
 *
 * @module
 */
import { AVERAGE, slotName } from '../../step-state';
import { constant, type GraphNode, operation } from '../graph';
import { moves, type StateLayout, isTrained } from '../state-layout';
import { after, assign, isAssignment, readOf } from '../variables';

/** Below a step's prefix: nodes with the moving statistics that it leaves. */
export const statisticsOf = (unit: string): string => `statistics-of/${unit}`;

/**
 * Nodes that advance the averages: average * (1 - share) + new * share, which is exact where the share is 0 or 1.
 *
 * @param prefix Of the step.
 * @param moving Of the step, its assignments among them.
 * @param share Name of the scalar.
 */
export function advanceAverages(
  prefix: string,
  { units }: StateLayout,
  moving: readonly GraphNode[],
  share: string,
): readonly GraphNode[] {
  const assigned = assignedBy(moving);
  const keep = `${prefix}/${AVERAGE}/keep`;
  return [
    constant(`${keep}/one`, { dtype: 'float32', shape: [], values: Float32Array.of(1) }),
    operation(keep, 'Sub', [`${keep}/one`, share], 'float32'),
    ...units.filter(moves).flatMap(({ name: unit }): GraphNode[] => {
      const tensor = assigned.get(unit);
      if (tensor === undefined) return [];
      const name = slotName(AVERAGE, unit);
      const at = (part: string): string => `${prefix}/${name}/${part}`;
      return [
        operation(at('kept'), 'Mul', [readOf(name), keep], 'float32'),
        operation(at('added'), 'Mul', [tensor, share], 'float32'),
        operation(at('sum'), 'AddV2', [at('kept'), at('added')], 'float32'),
        assign(`${prefix}/assign/${name}`, name, at('sum'), 'float32'),
      ];
    }),
  ];
}

/** Nodes to fetch the moving statistics by, without those that put them in place. */
export function leftStatistics(prefix: string, { units }: StateLayout, moving: readonly GraphNode[]): GraphNode[] {
  const assigned = assignedBy(moving);
  return units
    .filter((unit) => moves(unit) && !isTrained(unit))
    .map(({ name }) => after(`${prefix}/${statisticsOf(name)}`, assigned.get(name) ?? readOf(name), []));
}

/** Tensors by the variables that they are put into. */
const assignedBy = (nodes: readonly GraphNode[]): ReadonlyMap<string, string> =>
  new Map(nodes.filter(isAssignment).map(({ inputs }) => [inputs[0] as string, inputs[1] as string]));
