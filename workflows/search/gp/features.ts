import type { HParams } from '../../words/trial';
import { activeNames, cardinality, hparamOf, listOf, requirementsOf, unitOf } from '../space';
import type { Dimension, Space } from '../space';

/** A point as the kernel sees it: a coordinate per dimension with more than one value. */
export type Features = Float64Array;

/** From points to what their distances are measured by. */
export interface FeatureMap {
  readonly size: number;
  of(hparams: HParams): Features;
  /** Squared distance, each dimension by its own factor. */
  squaredDistance(a: Features, b: Features, factors: Float64Array): number;
}

/**
 * Where a value lies that does not exist at a point, or that its dimension does not know: in the middle of a range,
 * apart from every choice.
 */
const NOWHERE = 0.5;
const NO_CHOICE = -1;

/**
 * Ranges and ordinals have their unit coordinate; any two different choices are as far apart as the ends of a range.
 */
export function featuresOf(space: Space): FeatureMap {
  const dimensions = Object.entries(space).filter(([, dimension]) => cardinality(dimension) > 1);
  const isChoice = Uint8Array.from(dimensions, ([, dimension]) => Number('choice' in dimension));
  const requirements = requirementsOf(space);
  return {
    size: dimensions.length,
    of(hparams) {
      const active = new Set(activeNames(space, hparams, requirements));
      return Float64Array.from(dimensions, ([name, dimension]) =>
        featureOf(dimension, active.has(name) ? hparams[hparamOf(space, name)] : undefined),
      );
    },
    squaredDistance(a, b, factors) {
      let sum = 0;
      for (let i = 0; i < factors.length; i++) {
        const difference = a[i]! - b[i]!;
        sum += factors[i]! * (isChoice[i] === 1 ? Number(difference !== 0) : difference * difference);
      }
      return sum;
    },
  };
}

function featureOf(dimension: Dimension, value: HParams[string] | undefined): number {
  if ('choice' in dimension) return listOf(dimension)?.findIndex((one) => one === value) ?? NO_CHOICE;
  return unitOf(dimension, value) ?? NOWHERE;
}
