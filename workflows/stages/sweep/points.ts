import type { Sampler } from '../../search/sampler';
import { SAMPLERS } from '../../search/samplers';
import { pointKey, pointsIn } from '../../search/space';
import type { HParams } from '../../words/trial';
import { searchTrials } from './configurations';
import type { SweepContext } from './configurations';
import { enqueuedCount, enqueuedTried } from './enqueued';
import { observed } from './imported';
import { ownObservations } from './observations';
import { triedPoints } from './tried-points';

/** Suggestions that repeat known points before a small space counts as used up. */
const REPEATS_MAX = 1000;

/** Trials of the whole search: as many as asked for, or as the space has points. */
export function searchSize(context: SweepContext): number {
  const {
    options: { space, sampler, trials },
  } = context;
  return Math.min(
    trials,
    1 + enqueuedCount(context) + Math.min(pointsIn(space), samplerOf(context).size(space, sampler)),
  );
}

/** The next point that the sampler suggests and that was not tried yet; `undefined` once the space is used up. */
export function newPoint(context: SweepContext): HParams | undefined {
  const {
    options: { space, sampler, imported = [] },
    incumbent,
    seed,
    facts,
  } = context;
  const chosen = samplerOf(context);
  const count = searchTrials(context).length;
  const known = triedPoints(context);
  const { observations, direction } =
    chosen.isBlind === true
      ? { observations: [], direction: facts.objective.direction }
      : observed(imported, ownObservations(context), facts.objective.direction);
  const first = count - 1 - enqueuedTried(context);
  const end = Math.min(chosen.size(space, sampler), first + REPEATS_MAX);
  for (let index = first; index < end; index++) {
    const point = chosen.suggest({ space, options: sampler, index, seed, observations, direction });
    const hparams = { ...incumbent, ...point };
    if (!known.has(pointKey(space, hparams))) return hparams;
  }
  return undefined;
}

function samplerOf({ options: { sampler } }: SweepContext): Sampler {
  const chosen: Sampler | undefined = SAMPLERS[sampler.name];
  if (chosen === undefined)
    throw new RangeError(
      `sampler.name must be one of ${Object.keys(SAMPLERS).join(', ')}, got ${String(sampler.name)}`,
    );
  return chosen;
}
