/** Sweeps with pruners, on networks made up of formulas. */
import { deriveSeed, uniform } from '../../../workflows/search/random';
import type { StageContext } from '../../../workflows/stages/stage';
import { regularizationSweep } from '../../../workflows/stages/sweep/stage';
import { costOfSegment } from '../../../workflows/trials/segments';
import type { EpochMeasurement } from '../../../workflows/words/outcome';
import type { TrialSpec } from '../../../workflows/words/trial';
import { contextOf, drive, measured, optionsOf } from '../../support/stages';
import type { DriveOptions, Network } from '../../support/stages';

const SPACE = { weightDecay: { logUniform: [1e-6, 1e-1] }, dropoutRate: { uniform: [0, 0.6] } };
export const EPOCHS = 18;
const STEPS_PER_EPOCH = 40;

/** Where a training comes to: best at weightDecay 1e-3 and dropoutRate 0.25. */
export function floorOf({ hparams }: Pick<TrialSpec, 'hparams'>): number {
  const decay = Math.log10(Math.max(1e-7, Number(hparams['weightDecay']))) + 3;
  return 0.3 + 0.05 * decay ** 2 + 0.1 * ((Number(hparams['dropoutRate']) - 0.25) / 0.3) ** 2;
}

function lineAt(spec: TrialSpec, epoch: number, noise: number): EpochMeasurement {
  const luck = uniform(deriveSeed(spec.seed, JSON.stringify(spec.hparams)), epoch) - 0.5;
  const valLoss = floorOf(spec) + Math.exp(-epoch / 4) + noise * luck;
  return {
    epoch,
    step: epoch * STEPS_PER_EPOCH,
    learningRate: 1e-3,
    trainLoss: valLoss,
    values: { valLoss, valAccuracy: Math.exp(-valLoss) },
    deviceSeconds: epoch,
  };
}

/** A network whose loss falls to its floor, a second an epoch. */
export const falling =
  (noise = 0.01): Network =>
  (spec) => {
    const epochs = 'epochs' in spec.limit ? spec.limit.epochs : EPOCHS;
    const end = Math.min(epochs, spec.pauseAfterEpochs ?? epochs);
    const curve = Array.from({ length: end }, (_, i) => lineAt(spec, i + 1, noise));
    const best = curve.reduce((a, b) => (b.values.valLoss! < a.values.valLoss! ? b : a));
    const measurement = measured(null, {
      steps: end * STEPS_PER_EPOCH,
      epochs: end,
      examples: end * 1200,
      curve,
      best,
      deviceSeconds: end,
    });
    return { status: end < epochs ? 'paused' : 'completed', measurement };
  };

export const fresh = (options: object = {}, changes: Partial<StageContext<unknown>> = {}) =>
  contextOf(
    optionsOf('regularizationSweep', { space: SPACE, trials: 24, epochs: EPOCHS, ...options }),
    changes as object,
  );
export const swept = (options: object, how: DriveOptions = {}, changes: Partial<StageContext<unknown>> = {}) =>
  drive(regularizationSweep, fresh(options, changes), { network: falling(), parallel: 3, ...how });
export const secondsOf = ({ trials }: StageContext<unknown>): number =>
  trials.reduce((sum, trial) => sum + costOfSegment(trials, trial).deviceSeconds, 0);
export const specsOf = ({ trials }: StageContext<unknown>): readonly TrialSpec[] => trials.map(({ spec }) => spec);
export const searchSeed = ({ trials }: StageContext<unknown>): number => trials[0]!.spec.seed;

export function inFull(context: StageContext<unknown>): readonly string[] {
  const ended = context.trials.filter(
    ({ spec, result }) => spec.seed === searchSeed(context) && result?.outcome.status === 'completed',
  );
  return ended.map(({ spec }) => JSON.stringify(spec.hparams));
}
