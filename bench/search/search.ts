import { SAMPLERS } from '../../workflows/search';
import type { Observation, Sampler } from '../../workflows/search';
import type { FrontFunction, TestFunction } from './functions';

/** What every sampler reads its own of: the defaults of a study. */
const OPTIONS = { startupTrials: 10 };

/** The lowest regret that a sampler finds. */
export function simpleRegret(
  sampler: keyof typeof SAMPLERS,
  { space, regret }: Pick<TestFunction, 'space' | 'regret'>,
  trials: number,
  seed: number,
): number {
  const chosen: Sampler = SAMPLERS[sampler];
  const observations: Observation[] = [];
  let best = Infinity;
  for (let index = 0; index < trials; index++) {
    const hparams = chosen.suggest({ space, options: OPTIONS, index, seed, observations, direction: 'minimize' });
    const score = regret(hparams);
    observations.push({ hparams, score });
    best = Math.min(best, score);
  }
  return best;
}

/** The share of the best front's volume that a sampler misses. */
export function missedVolume(
  sampler: keyof typeof SAMPLERS,
  { space, costs, missed }: FrontFunction,
  trials: number,
  seed: number,
): number {
  const chosen: Sampler = SAMPLERS[sampler];
  const observations: Observation[] = [];
  const found: (readonly [number, number])[] = [];
  for (let index = 0; index < trials; index++) {
    const hparams = chosen.suggest({ space, options: OPTIONS, index, seed, observations, direction: 'minimize' });
    const [score, second] = costs(hparams);
    observations.push({ hparams, score, second });
    found.push([score, second]);
  }
  return missed(found);
}
