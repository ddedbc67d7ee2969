/**
 * One recording for every batch size: a graph recorded at a few small batches differs between them only in constants
 * that grow evenly with the batch (shapes, element counts), so the constants of any other batch follow by a straight
 * line.
 *
 * Recording is eager execution, which holds far more memory than the graph: at the real batch it would set the trial's
 * peak. And as inputs differ between the recordings too, whatever was computed on the host from them shows as a
 * difference.
 *
 * @module
 */
import { isDeepStrictEqual } from 'node:util';
import { type Constant, constant, type Dtype, type GraphNode, operation, typeOf } from '../graph';
import { notCompilable } from './recorder';

/** The batches to record at: as small as can be, as recording costs by the example; 1 would hide what is broadcast. */
export const RECORDED_BATCHES = [2, 3, 5] as const;

/** More elements than any table that a layer needs; weights and data that are no variables would show here. */
export const CONSTANT_ELEMENTS_MAX = 16_384;

/**
 * Equal elements above this count become one value and a shape; shorter lists are axes and sizes that ops want as they
 * are.
 */
const FILL_ELEMENTS_MIN = 64;

export type Recordings = readonly [readonly GraphNode[], readonly GraphNode[], readonly GraphNode[]];

/** A number by the size of the batch. */
export interface Line {
  /** At the first of `RECORDED_BATCHES`. */
  readonly first: number;
  readonly slope: number;
}

/** A node that is the same for every batch, a constant whose elements depend on it, or a constant of equal elements. */
export type TemplateNode =
  | { readonly node: GraphNode }
  | {
      readonly name: string;
      readonly dtype: Dtype;
      readonly shape: readonly number[];
      readonly values: readonly Line[];
    }
  | { readonly name: string; readonly dtype: Dtype; readonly sides: readonly Line[]; readonly value: Line };

export type Template = readonly TemplateNode[];

/**
 * What three recordings have in common.
 * @throws TrainingFailure of type ModelInvalid that names the layer whose recording does not fit a straight line.
 */
export function templateOf([first, second, third]: Recordings): Template {
  if (first.length !== second.length || first.length !== third.length) {
    throw notCompilable(
      `the step takes ${first.length}, ${second.length} and ${third.length} ops for batches of ${RECORDED_BATCHES.join(', ')}; a layer decides by its input`,
    );
  }
  return first.map((node, i) => merge(node, second[i] as GraphNode, third[i] as GraphNode));
}

function merge(a: GraphNode, b: GraphNode, c: GraphNode): TemplateNode {
  const place = a.layer ?? 'the step outside of any layer';
  if (a.constant === undefined || b.constant === undefined || c.constant === undefined) {
    if (!isDeepStrictEqual(a, b) || !isDeepStrictEqual(a, c))
      throw notCompilable(`${place} computes ${a.op} in another way for other inputs`);
    return { node: a };
  }
  return mergeConstants(a, a.constant, [b.constant, c.constant], place);
}

function mergeConstants(
  node: GraphNode,
  a: Constant,
  [b, c]: readonly [Constant, Constant],
  place: string,
): TemplateNode {
  const fit = (x: number, y: number, z: number, what: string): Line =>
    line([x, y, z], `${place} bakes ${what} into the graph that changes with its input`);
  const sides = a.shape.map((side, i) => fit(side, b.shape[i] ?? -1, c.shape[i] ?? -1, 'a shape'));
  const value = (i: number): Line => fit(a.values[i] ?? 0, b.values[i] ?? 0, c.values[i] ?? 0, 'a number');
  const { dtype, shape, values } = a;
  const perExample = sides.some(({ slope }) => slope !== 0);
  if ([a, b, c].every(isUniform) && (perExample || values.length > FILL_ELEMENTS_MIN))
    return { name: node.name, dtype, sides, value: value(0) };
  if (values.length > CONSTANT_ELEMENTS_MAX)
    throw notCompilable(`${place} bakes ${values.length} numbers into the graph; make them weights of the layer`);
  if (perExample) throw notCompilable(`${place} makes a table with one row per example; compute it by ops`);
  const lines = Array.from(values, (_, i) => value(i));
  return lines.some(({ slope }) => slope !== 0) ? { name: node.name, dtype, shape, values: lines } : { node };
}

const isUniform = ({ values }: Constant): boolean =>
  (values as readonly number[] | Float32Array).every((value) => Object.is(value, values[0]));

/** The straight line through the recorded values. */
function line([x, y, z]: readonly [number, number, number], message: string): Line {
  if (Object.is(x, y) && Object.is(x, z)) return { first: x, slope: 0 };
  const [first, second, third] = RECORDED_BATCHES;
  const fitted = { first: x, slope: (y - x) / (second - first) };
  if (Math.fround(at(fitted, third)) !== Math.fround(z)) throw notCompilable(message);
  return fitted;
}

const at = ({ first, slope }: Line, batchSize: number): number => first + slope * (batchSize - RECORDED_BATCHES[0]);

const ARRAYS = { float32: Float32Array, int32: Int32Array, uint8: Uint8Array, bool: Uint8Array } as const;

/** The graph at a batch size. */
export function atBatchSize(template: Template, batchSize: number): GraphNode[] {
  return template.flatMap((item) => {
    if ('node' in item) return [item.node];
    const { name, dtype } = item;
    const evaluated = (lines: readonly Line[]): number[] => lines.map((value) => at(value, batchSize));
    if ('values' in item)
      return [constant(name, { dtype, shape: item.shape, values: ARRAYS[dtype].from(evaluated(item.values)) })];
    const sides = Int32Array.from(evaluated(item.sides));
    return filled(name, dtype, [
      constant(`${name}/shape`, { dtype: 'int32', shape: [sides.length], values: sides }),
      constant(`${name}/value`, { dtype, shape: [], values: ARRAYS[dtype].of(at(item.value, batchSize)) }),
    ]);
  });
}

/** A constant of equal elements, which takes no room in the graph, from its shape and its value. */
function filled(name: string, dtype: Dtype, [shape, value]: readonly [GraphNode, GraphNode]): GraphNode[] {
  return [shape, value, operation(name, 'Fill', [shape.name, value.name], dtype, { index_type: typeOf('int32') })];
}
