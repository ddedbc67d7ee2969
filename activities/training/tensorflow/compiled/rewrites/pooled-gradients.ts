/**
 * Gradients of what lies before a max pool, on the pooled tensor instead of the large one.
 *
 * A pool hands each gradient on to the place of its maximum and zero to all others. So a gradient that follows from the
 * activation's answer finds at that place the answer that the pool let through: it may run before the pool's gradient
 * instead of behind it, on a quarter of the elements where pools are 2 x 2. And a sum over all places, which is a
 * bias's gradient, is the sum of what was handed on.
 *
 * @module
 */
import { type GraphNode, usesOf } from '../graph';

/** Gradients that follow from dy and the activation's answer y alone: in which order they take the two. */
const OF_ANSWERS: Readonly<Record<string, 'dy, y' | 'y, dy'>> = {
  ReluGrad: 'dy, y',
  Relu6Grad: 'dy, y',
  LeakyReluGrad: 'dy, y',
  SeluGrad: 'dy, y',
  SigmoidGrad: 'y, dy',
  TanhGrad: 'y, dy',
};

const ALL_PLACES = '0,1,2';

/**
 * The same step with such gradients before those of their pools. Every node but the pools' gradients keeps its value
 * and its name.
 */
export function withPooledGradients(nodes: readonly GraphNode[]): readonly GraphNode[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const uses = usesOf(nodes);
  const pools = new Map<string, GraphNode>();
  for (const node of nodes) {
    const pool = poolBefore(node, byName);
    if (pool !== undefined && uses.get(pool.name) === 1) pools.set(node.name, pool);
  }
  const replaced = new Set([...pools.values()].map(({ name }) => name));
  return nodes
    .filter(({ name }) => !replaced.has(name))
    .flatMap((node) => {
      const pool = pools.get(node.name);
      if (pool !== undefined) return swapped(node, pool);
      return [node.op === 'Sum' && pools.has(node.inputs[0] as string) ? summedEarly(node, byName) : node];
    });
}

/** The gradient of a max pool which `node` has for its dy, if the pool looked at the same answers. */
function poolBefore({ op, inputs }: GraphNode, byName: ReadonlyMap<string, GraphNode>): GraphNode | undefined {
  const order = OF_ANSWERS[op];
  if (order === undefined) return undefined;
  const [dy, y] = order === 'dy, y' ? inputs : inputs.toReversed();
  const pool = byName.get(dy as string);
  return pool?.op === 'MaxPoolGrad' && pool.inputs[0] === y ? pool : undefined;
}

const pooledOf = (name: string): string => `${name}/pooled`;

function swapped(node: GraphNode, pool: GraphNode): GraphNode[] {
  const [answers, pooled, dy] = pool.inputs as [string, string, string];
  const early = pooledOf(node.name);
  return [
    { ...node, name: early, inputs: OF_ANSWERS[node.op] === 'dy, y' ? [dy, pooled] : [pooled, dy] },
    { ...pool, name: node.name, inputs: [answers, pooled, early] },
  ];
}

function summedEarly(sum: GraphNode, byName: ReadonlyMap<string, GraphNode>): GraphNode {
  const [gradient, axes] = sum.inputs as [string, string];
  return byName.get(axes)?.constant?.values.join() === ALL_PLACES
    ? { ...sum, inputs: [pooledOf(gradient), axes] }
    : sum;
}
