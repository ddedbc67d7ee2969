/**
 * Averages of weights on their way, which answer in place of the weights themselves: validation, the best epoch and the
 * final weights are the average's, and training goes on from the weights that the optimizer has.
 *
 * @module
 */
import type { HParams } from '../words/trial';

/**
 * - `ema`: an exponential moving average after every step, of moving statistics too. Source: R. Wightman, timm,
 *   `ModelEmaV2`, which averages buffers as well; its first steps keep less, as TensorFlow's
 *   `ExponentialMovingAverage` does with `num_updates`, or the random start would weigh on.
 * - `swa`: the mean of the weights at the ends of some epochs. Source: P. Izmailov et al., "Averaging Weights Leads to
 *   Wider Optima and Better Generalization", UAI 2018 (arXiv:1803.05407), algorithm 1; section 3.2 asks for the
 *   statistics of batch normalization anew.
 */
export type WeightAverage =
  | { readonly kind: 'ema'; readonly decay: number }
  | { readonly kind: 'swa'; readonly startFraction: number; readonly everyEpochs: number };

/** As hyperparameters, by which a sweep searches it. */
export function hparamsOfAverage(average: WeightAverage): HParams {
  return average.kind === 'ema'
    ? { emaDecay: average.decay }
    : { swaStartFraction: average.startFraction, swaEveryEpochs: average.everyEpochs };
}

/** How a trial averages its weights; `null`: not at all. Where both ways are asked for, it is the exponential one. */
export function weightAverageOf(hparams: HParams): WeightAverage | null {
  const decay = Number(hparams['emaDecay'] ?? 0);
  if (decay > 0) return { kind: 'ema', decay };
  const startFraction = Number(hparams['swaStartFraction'] ?? 1);
  if (startFraction >= 1) return null;
  return { kind: 'swa', startFraction, everyEpochs: Number(hparams['swaEveryEpochs'] ?? 1) };
}

/** Where a training is after a step. */
export interface AveragedStep {
  /** Steps done, from 1. */
  readonly step: number;
  /** Epochs done, and those done before this step. */
  readonly epochsDone: number;
  readonly epochsBefore: number;
  /** Of the whole training; not always whole. */
  readonly epochs: number;
}

/**
 * The share of the new weights in the average after a step, from 0 to 1. It follows from the step alone, so that a resume
 * needs the average and no more. Until SWA begins the average is the weights themselves.
 */
export function averageShare(average: WeightAverage, { step, epochsDone, epochsBefore, epochs }: AveragedStep): number {
  if (average.kind === 'ema') return 1 - Math.min(average.decay, step / (9 + step));
  const first = firstAveragedEpoch(average, epochs);
  if (epochsDone < first) return 1;
  const averaged = (done: number): number => Math.floor((done - first) / average.everyEpochs);
  return averaged(epochsDone) > averaged(epochsBefore) ? 1 / (averaged(epochsDone) + 1) : 0;
}

/** Whether moving statistics are not those of the average: after the second epoch of SWA. */
export function needsStatistics(
  average: WeightAverage | null,
  { epochsDone, epochs }: Omit<AveragedStep, 'step' | 'epochsBefore'>,
): boolean {
  return average?.kind === 'swa' && epochsDone >= firstAveragedEpoch(average, epochs) + average.everyEpochs;
}

const firstAveragedEpoch = ({ startFraction }: { readonly startFraction: number }, epochs: number): number =>
  Math.floor(startFraction * epochs) + 1;
