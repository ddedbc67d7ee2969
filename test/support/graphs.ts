import type { GraphNode } from '../../activities/training/tensorflow/compiled/graph';

/** A line for each node: its name, its op and what it takes. */
export const described = (nodes: readonly GraphNode[]): readonly string[] =>
  nodes.map(({ name, op, inputs }) => `${name} = ${op}(${inputs.join(', ')})`);
