import { SAMPLERS } from '../../search';
import { pointsIn } from '../../search/space';
import type { HParams } from '../../trial';
import { isRunning, soundScore } from '../trials';
import { pointKey, searchTrials } from './configurations';
import type { SweepContext } from './configurations';

/** Suggestions that repeat known points before a small space counts as used up. */
const REPEATS_MAX = 1000;

/** Trials of the whole search: as many as asked for, or as the space has points. */
export function searchSize({ options: { space, sampler, trials } }: SweepContext): number {
  return Math.min(trials, 1 + Math.min(pointsIn(space), SAMPLERS[sampler.name]?.size(space, sampler) ?? 0));
}

/** The next point that the sampler suggests and that was not tried yet; `undefined` once the space is used up. */
export function newPoint(context: SweepContext): HParams | undefined {
  const { options: { space, sampler }, incumbent, seed, facts } = context;
  const chosen = SAMPLERS[sampler.name];
  if (chosen === undefined) throw new RangeError(`sampler.name must be one of ${Object.keys(SAMPLERS).join(', ')}, got ${sampler.name}`);
  const search = searchTrials(context);
  const known = new Set(search.map(({ spec }) => pointKey(space, spec.hparams)));
  const observations = search.map((trial) => ({
    hparams: trial.spec.hparams,
    score: isRunning(trial) ? undefined : soundScore(trial, facts.objective),
  }));
  const first = search.length - 1;
  const end = Math.min(chosen.size(space, sampler), first + REPEATS_MAX);
  for (let index = first; index < end; index++) {
    const point = chosen.suggest({ space, options: sampler, index, seed, observations, direction: facts.objective.direction });
    const hparams = { ...incumbent, ...point };
    if (!known.has(pointKey(space, hparams))) return hparams;
  }
  return undefined;
}
