import type { GraphNode } from '../graph';

/**
 * The nodes that some of them rest on. tfjs computes gradients that nobody asked for, of what the first layer takes in
 * or of frozen kernels, wherever an op has all its gradients in one function.
 */
export function liveNodes(nodes: readonly GraphNode[], roots: readonly GraphNode[]): readonly GraphNode[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const live = new Set<GraphNode>();
  const waiting = roots.map(({ name }) => name);
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const node = byName.get(name);
    if (node === undefined || live.has(node)) continue;
    live.add(node);
    waiting.push(...node.inputs.map((input) => input.replace(/^\^|:\d+$/g, '')));
  }
  return nodes.filter((node) => live.has(node));
}
