import { cardinality, pointAt } from './space';
import type { Dimension, Space } from './space';
import type { Sampler } from './sampler';

/** Values of a dimension on a grid: all of a short list, else `levels` of them from end to end. */
function levelsOf(dimension: Dimension, levels: number): number {
  const count = cardinality(dimension);
  return 'choice' in dimension ? count : Math.min(count, levels);
}

/** Number of points on a grid. */
export function gridSize(space: Space, levels: number): number {
  return Object.values(space).reduce((size, dimension) => size * levelsOf(dimension, levels), 1);
}

/** Every combination of evenly spaced values, both ends included; the last dimension changes fastest. */
export const grid: Sampler<{ readonly levels: number }> = {
  size: (space, { levels }) => gridSize(space, levels),
  suggest: ({ space, options: { levels }, index }) => {
    let rest = index;
    const units = Object.values(space).reverse().map((dimension) => {
      const count = levelsOf(dimension, levels);
      const position = rest % count;
      rest = Math.floor(rest / count);
      return count === 1 ? 0.5 : position / (count - 1);
    });
    return pointAt(space, units.reverse());
  },
};
