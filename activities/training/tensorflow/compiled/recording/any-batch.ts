/**
 * A template as a graph for batches of any size: what depends on the batch is computed from the size of the one that
 * comes in.
 *
 * @module
 */
import { constant, type Dtype, type GraphNode, operation, typeOf } from '../graph';
import { type Line, RECORDED_BATCHES, type Template } from './batch-template';

/**
 * int32 or float32 numbers `offset + slope * batch`, in a tensor of a fixed shape.
 * @param batch Name of an int32 scalar.
 */
function onLines(
  name: string,
  dtype: Dtype,
  shape: readonly number[],
  lines: readonly Line[],
  batch: string,
): GraphNode[] {
  const [smallest] = RECORDED_BATCHES;
  const numbers = (suffix: string, values: readonly number[]): GraphNode =>
    constant(`${name}/${suffix}`, {
      dtype,
      shape,
      values: dtype === 'int32' ? Int32Array.from(values) : Float32Array.from(values),
    });
  const size = {
    name: `${name}/batch`,
    op: 'Cast',
    inputs: [batch],
    attributes: { SrcT: typeOf('int32'), DstT: typeOf(dtype) },
  };
  return [
    numbers(
      'offset',
      lines.map(({ first, slope }) => first - slope * smallest),
    ),
    numbers(
      'slope',
      lines.map(({ slope }) => slope),
    ),
    size,
    operation(`${name}/grown`, 'Mul', [`${name}/slope`, size.name], dtype),
    operation(name, 'AddV2', [`${name}/offset`, `${name}/grown`], dtype),
  ];
}

/** The graph at the batch size that a node holds. */
export function atAnyBatchSize(template: Template, batch: string): GraphNode[] {
  return template.flatMap((item) => {
    if ('node' in item) return [item.node];
    const { name, dtype } = item;
    if ('values' in item) return onLines(name, dtype, item.shape, item.values, batch);
    return [
      ...onLines(`${name}/shape`, 'int32', [item.sides.length], item.sides, batch),
      ...onLines(`${name}/value`, dtype, [], [item.value], batch),
      operation(name, 'Fill', [`${name}/shape`, `${name}/value`], dtype, { index_type: typeOf('int32') }),
    ];
  });
}

/** The size of a batch as an int32 scalar. @param images Name of the node that has it as its first side. */
export function batchSizeOf(name: string, images: string): GraphNode[] {
  const index = (suffix: string, value: number): GraphNode =>
    constant(`${name}/${suffix}`, { dtype: 'int32', shape: [], values: Int32Array.of(value) });
  return [
    {
      name: `${name}/shape`,
      op: 'Shape',
      inputs: [images],
      attributes: { T: typeOf('float32'), out_type: typeOf('int32') },
    },
    index('first', 0),
    index('axis', 0),
    {
      name,
      op: 'GatherV2',
      inputs: [`${name}/shape`, `${name}/first`, `${name}/axis`],
      attributes: { Tparams: typeOf('int32'), Tindices: typeOf('int32'), Taxis: typeOf('int32') },
    },
  ];
}
