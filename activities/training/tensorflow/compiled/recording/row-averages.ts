/**
 * Moving averages that fill a row of the state, advanced as one: by ops of their own they would be a third of a
 * residual network's step, and of what TensorFlow has to plan.
 *
 * @module
 */
import { advanced, type MovingAverage } from '../../layers/moving-average';
import type { tf } from '../../native';
import { constant, type GraphNode, operation } from '../graph';
import { rowOf } from '../rows';
import { sizeOf, type StateLayout, type Unit } from '../state-layout';
import { assign, readOf } from '../variables';
import { CONSTANT_ELEMENTS_MAX } from './batch-template';
import type { Recorder } from './recorder';

/** The averages of a unit, one for each member, in their order. */
interface RowAverages {
  readonly unit: Unit;
  readonly averages: readonly MovingAverage[];
}

/** A row's numbers by element are constants of the graph. */
const isAdvanceable = ({ isRow, shape }: Unit): boolean => isRow && sizeOf(shape) <= CONSTANT_ELEMENTS_MAX;

/**
 * Rows of which every member is averaged once. All other averages are advanced here and now, each by ops of its own.
 */
export function rowsOf({ units }: StateLayout, averages: readonly MovingAverage[]): RowAverages[] {
  const of = (variable: tf.Variable): MovingAverage[] => averages.filter((average) => average.variable === variable);
  const rows = units
    .filter((unit) => isAdvanceable(unit) && unit.members.every(({ variable }) => of(variable).length === 1))
    .map((unit) => ({ unit, averages: unit.members.flatMap(({ variable }) => of(variable)) }));
  const inRows = new Set(rows.flatMap((row) => row.averages));
  averages.filter((average) => !inRows.has(average)).forEach((average) => average.variable.assign(advanced(average)));
  return rows;
}

/** What `advanced` does, on a row. @param prefix Of the nodes. */
export function advanceRow(prefix: string, { unit, averages }: RowAverages, recorder: Recorder): GraphNode[] {
  const name = `${prefix}/${unit.name}`;
  const at = (suffix: string): string => `${name}/${suffix}`;
  const numbers = (suffix: string, of: (average: MovingAverage) => number): GraphNode =>
    perElement(at(suffix), averages, of);
  const computed = (suffix: string, op: string, a: string, b: string): GraphNode =>
    operation(at(suffix), op, [a, b], 'float32');
  return [
    ...rowOf(
      unit,
      at('batch'),
      averages.map(({ batch }) => recorder.nameOf(batch)),
    ),
    numbers('freedom', ({ correctedOver }) => Math.max(1, correctedOver - 1)),
    numbers('elements', ({ correctedOver }) => correctedOver),
    numbers('momentum', ({ momentum }) => momentum),
    numbers('share', ({ momentum }) => 1 - momentum),
    computed('scaled', 'Mul', at('batch'), at('freedom')),
    computed('biased', 'RealDiv', at('scaled'), at('elements')),
    computed('kept', 'Mul', readOf(unit.name), at('momentum')),
    computed('new', 'Mul', at('biased'), at('share')),
    operation(name, 'AddV2', [at('kept'), at('new')], 'float32'),
    assign(`${prefix}/assign/${unit.name}`, unit.name, name, 'float32'),
  ];
}

/** A number for each element of a row, or one for all. */
function perElement(
  name: string,
  averages: readonly MovingAverage[],
  of: (average: MovingAverage) => number,
): GraphNode {
  const distinct = new Set(averages.map(of));
  const isOne = distinct.size === 1;
  const values = isOne
    ? [...distinct]
    : averages.flatMap((average) => new Array<number>(average.variable.size).fill(of(average)));
  return constant(name, { dtype: 'float32', shape: isOne ? [] : [values.length], values: Float32Array.from(values) });
}
