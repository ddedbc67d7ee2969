import { cardinality, hasOrder, isLogarithmic, unitsOf } from '../../../../workflows/search/space';
import type { Space } from '../../../../workflows/search/space';
import type { HParams } from '../../../../workflows/words/trial';
import type { Factor } from './factor';

const names = (space: Space): readonly string[] => Object.keys(space).filter((name) => cardinality(space[name]!) > 1);

/** The dimensions of a space as factors; those of one value have no effect to measure and are left out. */
export function factorsOf(space: Space): readonly Factor[] {
  return names(space).map((name) => {
    const dimension = space[name]!;
    // In a logarithm the values do not share [0, 1] evenly, so their place counts and not their number.
    return {
      name,
      levels: isLogarithmic(dimension) ? Infinity : cardinality(dimension),
      isOrdered: hasOrder(dimension),
    };
  });
}

/** Unit coordinates of a point, one for each of `factorsOf`; `undefined` where a factor has no part in it. */
export function unitsByFactor(space: Space, hparams: HParams): readonly (number | undefined)[] {
  const all = new Map(unitsOf(space, hparams).map((unit, i) => [Object.keys(space)[i]!, unit]));
  return names(space).map((name) => all.get(name));
}
