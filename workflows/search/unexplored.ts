import type { HParams } from '../words/trial';
import { uniform } from './random';
import type { SamplerContext } from './sampler';
import { enumerate, pointAt, pointKeys } from './space';
import type { Space } from './space';

/** Draws from a space that is too large to be counted through; that all are known there never happens. */
const DRAWS = 100;

interface Explored {
  /**
   * The first of some points that is new; else one that nobody thought of, and a known one only where the space has no
   * other.
   */
  firstNew(points: Iterable<HParams>, seed: number): HParams;
}

/** What the trials of a search have explored; what was tried elsewhere it may try itself. */
export function exploredOf({
  space,
  observations,
  tried,
}: Pick<SamplerContext<unknown>, 'space' | 'observations' | 'tried'>): Explored {
  const points = enumerate(space);
  const keyOf = pointKeys(space);
  const known =
    tried ?? new Set(observations.filter(({ elsewhere }) => elsewhere !== true).map(({ hparams }) => keyOf(hparams)));
  const isNew = (point: HParams): boolean => !known.has(keyOf(point));
  return {
    firstNew(candidates, seed) {
      let first: HParams | undefined;
      for (const candidate of candidates) {
        first ??= candidate;
        if (isNew(candidate)) return candidate;
      }
      return unexplored(space, points, seed, known.size, isNew) ?? first!;
    },
  };
}

/** The first unknown point from a random place on, which is never further away than there are known points. */
function unexplored(
  space: Space,
  points: ReturnType<typeof enumerate>,
  seed: number,
  known: number,
  isNew: (point: HParams) => boolean,
): HParams | undefined {
  const isCountable = points.size <= Number.MAX_SAFE_INTEGER;
  const first = Math.floor(uniform(seed, 0) * points.size);
  const dimensions = Object.keys(space).length;
  for (let tried = 0; tried <= (isCountable ? known : DRAWS); tried++) {
    const point = isCountable
      ? points.at((first + tried) % points.size)
      : pointAt(
          space,
          Array.from({ length: dimensions }, (_, i) => uniform(seed, tried * dimensions + i)),
        );
    if (isNew(point)) return point;
  }
  return undefined;
}
