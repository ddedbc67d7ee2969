import type { Sampler } from './sampler';
import { enumerate, isRange, valueAtUnit } from './space';
import type { Dimension, Levels, Space } from './space';

/** Values of a range on a grid: evenly spaced from end to end, each once; all values of what is no range. */
function levelsOf(dimension: Dimension, levels: number): Levels | undefined {
  if (!isRange(dimension)) return undefined;
  const values = [
    ...new Set(Array.from({ length: levels }, (_, i) => valueAtUnit(dimension, levels === 1 ? 0.5 : i / (levels - 1)))),
  ];
  return { count: values.length, at: (position) => values[position]! };
}

/** Number of points on a grid. */
export function gridSize(space: Space, levels: number): number {
  return enumerate(space, (dimension) => levelsOf(dimension, levels)).size;
}

/**
 * Every combination of evenly spaced values, both ends included; the last dimension changes fastest.
 *
 * Lists are taken whole, and so is what others depend on. What does not exist at a point multiplies none.
 */
export const grid: Sampler<{ readonly levels: number }> = {
  isBlind: true,
  size: (space, { levels }) => gridSize(space, levels),
  suggest: ({ space, options: { levels }, index }) => {
    const points = enumerate(space, (dimension) => levelsOf(dimension, levels));
    return points.at(index % points.size);
  },
};
