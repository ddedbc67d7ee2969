import type { GraphNode } from '../graph';

/** How often each tensor is an input. */
export function usesOf(nodes: readonly GraphNode[]): ReadonlyMap<string, number> {
  const uses = new Map<string, number>();
  for (const input of nodes.flatMap(({ inputs }) => inputs)) uses.set(input, (uses.get(input) ?? 0) + 1);
  return uses;
}
