/** Sweeps of a planted optimum. */
import { deriveSeed, uniform } from '../../../workflows/search/random';
import type { StageContext } from '../../../workflows/stages/stage';
import { completed, contextOf, optionsOf } from '../../support/stages';
import type { Network } from '../../support/stages';

export const SPACE = { weightDecay: { logUniform: [1e-6, 1e-1] }, dropoutRate: { uniform: [0, 0.6] } };

/** Best at weightDecay 1e-3 and dropoutRate 0.25; the noise is the seed's. */
export const planted =
  (noise: number): Network =>
  ({ hparams, seed }) => {
    const decay = Math.log10(Math.max(1e-7, Number(hparams['weightDecay']))) + 3;
    const dropout = (Number(hparams['dropoutRate']) - 0.25) / 0.3;
    const luck = uniform(deriveSeed(seed, JSON.stringify(hparams)), 0) - 0.5;
    return completed(0.3 + 0.05 * decay ** 2 + 0.1 * dropout ** 2 + noise * luck);
  };

export const fresh = (options: object = {}, changes: Partial<StageContext<unknown>> = {}) =>
  contextOf(optionsOf('regularizationSweep', { space: SPACE, trials: 20, ...options }), changes as object);
export const search = ({ trials }: StageContext<unknown>) =>
  trials.filter(({ spec }) => spec.seed === trials[0]?.spec.seed).map(({ spec }) => spec);
