import { SAMPLERS } from '../../workflows/search';
import type { Observation } from '../../workflows/search';
import type { TestFunction } from './functions';

/** The lowest regret that a sampler finds. */
export function simpleRegret(sampler: string, { space, regret }: TestFunction, trials: number, seed: number): number {
  const observations: Observation[] = [];
  let best = Infinity;
  for (let index = 0; index < trials; index++) {
    const hparams = SAMPLERS[sampler]!.suggest({ space, options: { startupTrials: 10 }, index, seed, observations, direction: 'minimize' });
    const score = regret(hparams);
    observations.push({ hparams, score });
    best = Math.min(best, score);
  }
  return best;
}
