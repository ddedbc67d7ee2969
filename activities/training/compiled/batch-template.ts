/**
 * One recording for every batch size: a graph recorded at a few small batches differs between them only in constants that grow
 * evenly with the batch (shapes, element counts), so the constants of any other batch follow by a straight line.
 *
 * Recording is eager execution, which holds far more memory than the graph: at the real batch it would set the trial's peak. And as
 * inputs differ between the recordings too, whatever was computed on the host from them shows as a difference.
 *
 * @module
 */
import { isDeepStrictEqual } from 'node:util';
import { type Constant, constant, type GraphNode, operation, typeOf } from './graph';
import { notCompilable } from './recorder';

/** The batches to record at. Primes that are no side, channel count or class count of an image likely to be met. */
export const RECORDED_BATCHES = [11, 17, 29] as const;

/** More elements than any table that a layer needs; weights and data that are no variables would show here. */
const CONSTANT_ELEMENTS_MAX = 16_384;

/** Equal elements above this count become one value and a shape; shorter lists are axes and sizes that ops want as they are. */
const FILL_ELEMENTS_MIN = 64;

export type Recordings = readonly [readonly GraphNode[], readonly GraphNode[], readonly GraphNode[]];

/** The graph at a batch size. @throws TrainingFailure of type ModelInvalid that names the layer whose recording does not fit a straight line. */
export function atBatchSize([first, second, third]: Recordings, batchSize: number): GraphNode[] {
  if (first.length !== second.length || first.length !== third.length) {
    throw notCompilable(`the step takes ${first.length}, ${second.length} and ${third.length} ops for batches of ${RECORDED_BATCHES.join(', ')}; a layer decides by its input`);
  }
  return first.flatMap((node, i) => merge(node, second[i] as GraphNode, third[i] as GraphNode, batchSize));
}

function merge(a: GraphNode, b: GraphNode, c: GraphNode, batchSize: number): GraphNode[] {
  const place = a.layer ?? 'the step outside of any layer';
  if (a.constant === undefined || b.constant === undefined || c.constant === undefined) {
    if (!isDeepStrictEqual(a, b) || !isDeepStrictEqual(a, c)) throw notCompilable(`${place} computes ${a.op} in another way for other inputs`);
    return [a];
  }
  const uniform = [a.constant, b.constant, c.constant].every(isUniform);
  const fit = (x: number, y: number, z: number, what: string): number => line([x, y, z], batchSize, `${place} bakes ${what} into the graph that changes with its input`);
  const shape = a.constant.shape.map((side, i) => fit(side, b.constant?.shape[i] ?? -1, c.constant?.shape[i] ?? -1, 'a shape'));
  const kept: Constant = { dtype: a.constant.dtype, shape, values: a.constant.values };
  const value = (i: number): number => fit(a.constant?.values[i] ?? 0, b.constant?.values[i] ?? 0, c.constant?.values[i] ?? 0, 'a number');
  const perExample = shape.some((side, i) => side !== a.constant?.shape[i]);
  if (uniform && (perExample || kept.values.length > FILL_ELEMENTS_MIN)) return filled(a.name, kept, value(0));
  if (kept.values.length > CONSTANT_ELEMENTS_MAX) {
    throw notCompilable(`${place} bakes ${kept.values.length} numbers into the graph; make them weights of the layer`);
  }
  if (perExample) throw notCompilable(`${place} makes a table with one row per example; compute it by ops`);
  return [constant(a.name, { ...kept, values: kept.values.map((_, i) => value(i)) as Constant['values'] })];
}

const isUniform = ({ values }: Constant): boolean => (values as readonly number[] | Float32Array).every((value) => Object.is(value, values[0]));

/** A constant of equal elements takes no room in the graph. */
function filled(name: string, { dtype, shape, values }: Constant, value: number): GraphNode[] {
  const scalar = values.slice(0, 1).fill(value);
  return [
    constant(`${name}/shape`, { dtype: 'int32', shape: [shape.length], values: Int32Array.from(shape) }),
    constant(`${name}/value`, { dtype, shape: [], values: scalar }),
    operation(name, 'Fill', [`${name}/shape`, `${name}/value`], dtype, { index_type: typeOf('int32') }),
  ];
}

/** The value at a batch size of the straight line through the recorded values. */
function line([x, y, z]: readonly [number, number, number], batchSize: number, message: string): number {
  if (Object.is(x, y) && Object.is(x, z)) return x;
  const [first, second, third] = RECORDED_BATCHES;
  const at = (batch: number): number => x + ((y - x) / (second - first)) * (batch - first);
  if (Math.fround(at(third)) !== Math.fround(z)) throw notCompilable(message);
  return at(batchSize);
}
