import { violationOf } from './constrained';
import { improvementLeft } from './gp/improvement-left';
import { lossOf } from './sampler';
import type { SamplerContext } from './sampler';

export interface TerminatorOptions {
  /** A search goes on while a further point is expected to improve by more than so many times the noise. */
  readonly improvementToNoise: number;
  /** Points with a score before which it goes on in any case. */
  readonly minTrials: number;
}

/**
 * Whether a search has found what there is to find for its noise: no further point of the space is expected to improve
 * on the best by more than a share of the spread that the same point has.
 *
 * Both are told by a Gaussian process after the points with a score, whichever sampler chose them. Simulated with 80
 * trials by `tpe` in four dimensions, at a quarter of the noise it saves a third of them where noise is a tenth of the
 * range, nothing where it is a two-hundredth, and what is lost is well below the noise.
 *
 * Source: A. Makarova et al., "Automatic Termination for Hyperparameter Optimization", AutoML 2022 (arXiv:2104.08166),
 * with the expected improvement in place of its bound on the regret.
 */
export function isOver(
  {
    space,
    observations,
    direction,
    seed,
  }: Pick<SamplerContext<unknown>, 'space' | 'observations' | 'direction' | 'seed'>,
  { improvementToNoise, minTrials }: TerminatorOptions,
): boolean {
  const scored = observations.flatMap((one) => {
    const loss = one.elsewhere === true || violationOf(one) > 0 ? null : lossOf(one.score, direction);
    return loss === null ? [] : [{ hparams: one.hparams, loss }];
  });
  if (scored.length < minTrials) return false;
  const { improvement, noise } = improvementLeft(space, scored, seed);
  return improvement < improvementToNoise * noise;
}
