import { limitsOf } from '../../trials/hparams';
import { activeNames, cardinality, hparamOf, isLogarithmic, isRange, unitOf } from '../../search/space';
import { boundsOf } from '../../search/space/dimension';
import type { Range, Scalar } from '../../search/space/dimension';
import type { HParams } from '../../words/trial';
import { formatNumber, threeDigits } from '../format';
import type { SweepContext } from './configurations';

/** A value within this share of a continuous range's end counts as at its edge. */
const EDGE_SHARE = 0.05;

/** A range of fewer values is all edge. */
const VALUES_MIN = 3;

/**
 * Where an adopted point lies at an end of its range: the space may end before the optimum does, unless the
 * hyperparameter ends there itself.
 */
export function edgeWarnings({ options: { space } }: SweepContext, hparams: HParams): readonly string[] {
  const active = activeNames(space, hparams);
  return Object.entries(space).flatMap(([key, dimension]) => {
    const name = hparamOf(space, key);
    const value = active.includes(key) ? hparams[name] : undefined;
    if (typeof value !== 'number') return [];
    if ('ordinal' in dimension) return listEdge(name, dimension.ordinal, value);
    if (!isRange(dimension)) return [];
    const end = endAt(dimension, value);
    const wider = end === undefined ? undefined : widened(name, dimension, end);
    if (wider === undefined) return [];
    return [
      `the best ${name}, ${formatNumber(value)}, is at the ${end!} end of its range: widen it to [${wider.map(formatNumber).join(', ')}]`,
    ];
  });
}

function listEdge(name: string, list: readonly Scalar[], value: number): readonly string[] {
  const { min, max } = limitsOf(name);
  const end = value === list.at(-1) ? 'last' : value === list[0] ? 'first' : undefined;
  if (list.length < VALUES_MIN || end === undefined || value === min || value === max) return [];
  return [`the best ${name}, ${formatNumber(value)}, is the ${end} of its list: the list may end before the best does`];
}

type End = 'low' | 'high';

function endAt(dimension: Range, value: number): End | undefined {
  const count = cardinality(dimension);
  const [low, high] = boundsOf(dimension);
  if (count < VALUES_MIN) return undefined;
  if (count < Infinity && (value === low || unitOf(dimension, value) === unitOf(dimension, high)))
    return value === low ? 'low' : 'high';
  const unit = unitOf(dimension, value)!;
  return unit <= EDGE_SHARE ? 'low' : unit >= 1 - EDGE_SHARE ? 'high' : undefined;
}

/** The range half as wide again, as far as the hyperparameter goes; `undefined` where it goes no further. */
function widened(name: string, dimension: Range, end: End): readonly [number, number] | undefined {
  const [low, high] = boundsOf(dimension);
  const { min, max } = limitsOf(name);
  if (end === 'low' ? low <= min : high >= max) return undefined;
  const factor = Math.sqrt(high / low);
  const down = low - (high - low) / 2;
  // Counts and rates have no values below 0, whatever their names.
  const [lower, higher] = isLogarithmic(dimension)
    ? [low / factor, high * factor]
    : [low > 0 && down <= 0 ? low / 2 : down, high + (high - low) / 2];
  const rounded = (bound: number): number => ('integer' in dimension ? Math.round(bound) : threeDigits(bound));
  return end === 'low' ? [Math.max(min, rounded(lower)), high] : [low, Math.min(max, rounded(higher))];
}
