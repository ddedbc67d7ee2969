import { limitsOf } from '../../trials/hparams';
import { hparamOf, isRelative, listOf } from '../../search/space';
import type { Dimension, Scalar, Space } from '../../search/space';
import type { HParams } from '../../words/trial';
import { threeDigits } from '../format';
import type { SweepContext } from './configurations';

/**
 * A space whose factors have become multiples of what `hparams` has, in rising order. Of a value that is 0 or no number
 * there is one multiple: itself.
 */
export function spaceAround(space: Space, hparams: HParams): Space {
  return Object.fromEntries(
    Object.entries(space).map(([name, dimension]) => [
      name,
      isRelative(dimension) ? multiplesOf(hparamOf(space, name), dimension, hparams[hparamOf(space, name)]) : dimension,
    ]),
  );
}

function multiplesOf(name: string, dimension: Dimension, value: Scalar | undefined): Dimension {
  const factors = (listOf(dimension) ?? []) as readonly number[];
  const values =
    typeof value === 'number'
      ? factors.map((factor) => multiple(name, value, factor)).sort((a, b) => a - b)
      : [value ?? 0];
  return {
    ordinal: [...new Set(values)],
    ...(dimension.when && { when: dimension.when }),
    ...(dimension.of && { of: dimension.of }),
  };
}

function multiple(name: string, value: number, factor: number): number {
  if (factor === 1) return value;
  const { min, max, integer } = limitsOf(name);
  const product = integer === true ? Math.round(value * factor) : threeDigits(value * factor);
  return Math.min(max, Math.max(min, product));
}

/** A sweep's options, its space in values only. */
export function optionsAround({ options, incumbent }: SweepContext): SweepContext['options'] {
  return { ...options, space: spaceAround(options.space, incumbent) };
}
