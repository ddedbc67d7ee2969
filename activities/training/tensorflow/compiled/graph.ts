/**
 * A TensorFlow graph as data.
 *
 * @module
 */

export type Dtype = 'float32' | 'int32' | 'bool' | 'uint8';

/** TensorFlow's numbers for its types. Source: tensorflow/core/framework/types.proto. */
export const DTYPE_NUMBERS: Readonly<Record<Dtype, number>> = { float32: 1, int32: 3, uint8: 4, bool: 10 };

/**
 * A value as protobuf has it, but with plain numbers for shapes. Source: tensorflow/core/framework/attr_value.proto.
 */
export type Attribute =
  | { readonly type: number }
  | { readonly i: number }
  | { readonly f: number }
  | { readonly b: boolean }
  | { readonly s: string }
  | { readonly shape: readonly number[] }
  | {
      readonly list: {
        readonly i?: readonly number[];
        readonly f?: readonly number[];
        readonly b?: readonly boolean[];
        readonly type?: readonly number[];
      };
    };

export type Attributes = Readonly<Record<string, Attribute>>;

export interface Constant {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array | Uint8Array;
}

export interface GraphNode {
  readonly name: string;
  readonly op: string;
  /** Names of tensors, `node` or `node:output`, then of nodes that must have run before, `^node`. */
  readonly inputs: readonly string[];
  readonly attributes: Attributes;
  /** Only of `Const`. */
  readonly constant?: Constant;
  /** For people: the layer that asked for it. */
  readonly layer?: string;
}

export const typeOf = (dtype: Dtype): Attribute => ({ type: DTYPE_NUMBERS[dtype] });

/** A node whose one type attribute is `T`, as most have it. */
export function operation(
  name: string,
  op: string,
  inputs: readonly string[],
  dtype: Dtype,
  more: Attributes = {},
): GraphNode {
  return { name, op, inputs, attributes: { T: typeOf(dtype), ...more } };
}

/** A value to be fed in. */
export function placeholder(name: string, dtype: Dtype, shape: readonly number[]): GraphNode {
  return { name, op: 'Placeholder', inputs: [], attributes: { dtype: typeOf(dtype), shape: { shape } } };
}

export function constant(name: string, value: Constant): GraphNode & { readonly constant: Constant } {
  return { name, op: 'Const', inputs: [], attributes: { dtype: typeOf(value.dtype) }, constant: value };
}

/** How often each tensor is an input. */
export function usesOf(nodes: readonly GraphNode[]): ReadonlyMap<string, number> {
  const uses = new Map<string, number>();
  for (const input of nodes.flatMap(({ inputs }) => inputs)) uses.set(input, (uses.get(input) ?? 0) + 1);
  return uses;
}
