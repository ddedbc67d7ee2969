import type { Pruner } from './pruner';

/** Every configuration is trained in full. */
export const none: Pruner = { rungs: () => [], judge: () => new Map() };
