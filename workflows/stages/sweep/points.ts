import type { Sampler } from '../../search/sampler';
import { SAMPLERS } from '../../search/samplers';
import { pointsIn } from '../../search/space';
import type { HParams } from '../../words/trial';
import { enqueuedTried } from './enqueued';
import { observed } from './imported';
import { ownObservations } from './observations';
import type { SweepView } from './view';

/** Suggestions that repeat known points before a small space counts as used up. */
const REPEATS_MAX = 1000;

/** Trials of the whole search: as many as asked for, or as the space has points. */
export function searchSize(view: SweepView): number {
  const { space, sampler, trials } = view.options;
  return Math.min(trials, 1 + view.asked.size + Math.min(pointsIn(space), samplerOf(view).size(space, sampler)));
}

/** The next point that the sampler suggests and that was not tried yet; `undefined` once the space is used up. */
export function newPoint(view: SweepView): HParams | undefined {
  const {
    options: { space, sampler, imported = [] },
    incumbent,
    seed,
    facts,
    tried,
  } = view;
  const chosen = samplerOf(view);
  const { observations, direction } =
    chosen.isBlind === true
      ? { observations: [], direction: facts.objective.direction }
      : observed(imported, ownObservations(view), facts.objective.direction);
  const first = view.search.length - 1 - enqueuedTried(view);
  const end = Math.min(chosen.size(space, sampler), first + REPEATS_MAX);
  for (let index = first; index < end; index++) {
    const point = chosen.suggest({ space, options: sampler, index, seed, observations, tried, direction });
    const hparams = { ...incumbent, ...point };
    if (!tried.has(view.keyOf(hparams))) return hparams;
  }
  return undefined;
}

function samplerOf({ options: { sampler } }: SweepView): Sampler {
  const chosen = (SAMPLERS as Readonly<Record<string, Sampler | undefined>>)[sampler.name];
  if (chosen === undefined)
    throw new RangeError(
      `sampler.name must be one of ${Object.keys(SAMPLERS).join(', ')}, got ${String(sampler.name)}`,
    );
  return chosen;
}
