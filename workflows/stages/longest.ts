import { boundsOf, isRange } from '../search/space/dimension';
import { dimensionsFor, isRelative, listOf } from '../search/space';
import type { Dimension, Space } from '../search/space';
import type { StageUse } from '../words/study';
import type { HParams } from '../words/trial';

/**
 * The largest value that a dimension has; `undefined` where none is a number.
 *
 * @param held What factors multiply.
 */
export function largestOf(dimension: Dimension, held: HParams[string] | undefined): number | undefined {
  if (isRange(dimension)) return boundsOf(dimension)[1];
  const list = 'constant' in dimension ? [dimension.constant] : (listOf(dimension) ?? []);
  const numbers = list.filter((value) => typeof value === 'number');
  if (numbers.length === 0) return undefined;
  const largest = Math.max(...numbers);
  return isRelative(dimension) ? Math.round(largest * (typeof held === 'number' ? held : 0)) : largest;
}

/**
 * Hyperparameters with the most epochs that these stages may decide on: what later ones cost at most follows from
 * those.
 */
export function atLongest(hparams: HParams, undecided: readonly Pick<StageUse, 'options'>[]): HParams {
  return undecided.reduce((held, { options }) => {
    const { space = {} } = (options ?? {}) as { readonly space?: Space };
    const all = dimensionsFor(space, 'epochs').map((dimension) => largestOf(dimension, held['epochs']) ?? 0);
    const longest = Math.max(Number(held['epochs'] ?? 0), ...all);
    return all.length === 0 ? held : { ...held, epochs: longest };
  }, hparams);
}
