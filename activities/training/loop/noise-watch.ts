/**
 * The gradient's noise in the course of a trial: when it is measured, and what becomes of it.
 *
 * @module
 */
import { addedNorms, noiseScaleOf, type NoiseSums } from '../../../workflows/analysis/noise-scale';
import { type BatchPhase, examplesAfter, phaseAt } from '../../../workflows/trials/length';
import { NOISE_PAIRS_MAX } from '../../../workflows/words/outcome';
import { type TrialSpec } from '../../../workflows/words/trial';
import type { HalfBatchNorms } from '../engine';
import type { TrainingState } from './training-state';
import type { TrialFacts } from './trial-facts';
import { power } from '../../../workflows/search/power';

/** Weight of the past: about 20 measurements of memory, since the noise scale moves with the training. */
const SMOOTHING = 0.95;

/** Sums of fewer than 8 measurements decide nothing. */
const WEIGHT_MIN = 1 - power(SMOOTHING, 7.5);

export interface NoiseWatch {
  /** Whether to measure before the step that follows `step` others. */
  isDue(step: number, batchSize: number): boolean;
  /** The state after a measurement; norms that are not finite are left out. */
  observed(state: TrainingState, norms: HalfBatchNorms, batchSize: number): TrainingState;
  /**
   * The state after an epoch: with one more phase where batches grow by noise and it has become large enough for the
   * next size.
   */
  grown(state: TrainingState, phases: readonly BatchPhase[]): TrainingState;
}

/** The watch of one trial: the norms that it records, the sums that its batches grow by, or neither. */
export function createNoiseWatch(
  { record: { noiseScaleEvery }, batchGrowth }: TrialSpec,
  { batchSize: start, stepsTotal }: TrialFacts,
): NoiseWatch {
  const stride = noiseScaleEvery === undefined ? 0 : Math.max(noiseScaleEvery, Math.ceil(stepsTotal / NOISE_PAIRS_MAX));
  const growth = batchGrowth !== undefined && 'noiseScale' in batchGrowth ? batchGrowth.noiseScale : undefined;
  const isRecorded = (step: number, batchSize: number): boolean =>
    stride > 0 && step % stride === 0 && batchSize === start;
  const decides = (step: number): boolean => growth !== undefined && step % growth.measureEverySteps === 0;
  return {
    isDue: (step, batchSize) => batchSize >= 2 && (isRecorded(step, batchSize) || decides(step)),
    observed(state, norms, batchSize) {
      if (!Number.isFinite(norms.small) || !Number.isFinite(norms.large)) return state;
      return {
        ...state,
        ...(isRecorded(state.step, batchSize) && { noisePairs: [...state.noisePairs, norms] }),
        ...(decides(state.step) && { noise: observeNoise(state.noise, norms, batchSize) }),
      };
    },
    grown(state, phases) {
      const current = phaseAt(phases, state.step).batchSize;
      const batchSize = sizeByNoise(growth?.sizes ?? [], current, state.noise);
      return batchSize === current
        ? state
        : {
            ...state,
            grown: [...state.grown, { step: state.step, examples: examplesAfter(phases, state.step), batchSize }],
          };
    },
  };
}

function observeNoise(sums: NoiseSums, { small, large }: HalfBatchNorms, batchSize: number): NoiseSums {
  const half = Math.floor(batchSize / 2);
  return addedNorms(sums, [small, large], [half, 2 * half], SMOOTHING);
}

/**
 * The next of `sizes` once the noise scale has reached it: at its noise scale a batch still takes only twice the
 * examples of a small one.
 */
function sizeByNoise(sizes: readonly number[], batchSize: number, sums: NoiseSums): number {
  const next = sizes.find((size) => size > batchSize);
  return next !== undefined && sums.weight >= WEIGHT_MIN && noiseScaleOf(sums) >= next ? next : batchSize;
}
