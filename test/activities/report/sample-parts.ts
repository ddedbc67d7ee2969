/**
 * What the stages of the made-up study are put together from.
 *
 * @module
 */
import type { TrialSummary } from '../../../workflows/words/progress';
import type { Decision } from '../../../workflows/stages/stage';
import type { HParams } from '../../../workflows/words/trial';

export const START: HParams = {
  learningRate: 0.001,
  batchSize: 32,
  momentum: 0.9,
  weightDecay: 0,
  l1: 0,
  l2: 0,
  dropoutRate: 0,
  labelSmoothing: 0,
  clipNorm: 0,
  clipValue: 0,
  flip: 0,
  shift: 0,
  rotation: 0,
  cutout: 0,
  brightness: 0,
  contrast: 0,
  mixup: 0,
};
export const AFTER_RANGE: HParams = { ...START, learningRate: 0.00287453 };
export const AFTER_LADDER: HParams = { ...AFTER_RANGE, batchSize: 64, learningRate: 0.00406521 };
export const AFTER_RETEST: HParams = { ...AFTER_LADDER, learningRate: 0.00351 };
export const AFTER_SWEEP: HParams = {
  ...AFTER_RETEST,
  weightDecay: 0.000213,
  dropoutRate: 0.317,
  labelSmoothing: 0.05,
};

export function trial(
  stageId: string,
  number: number,
  label: string,
  hparams: HParams,
  rest: Partial<TrialSummary> = {},
): TrialSummary {
  return {
    trialId: `${stageId}/${String(number).padStart(3, '0')}`,
    stageId,
    label,
    hparams,
    status: 'completed',
    score: null,
    deviceSeconds: 3.2 + number * 0.37,
    reused: false,
    hash: 'c0ffee',
    ...rest,
  };
}

export interface Stage {
  readonly decision: Decision;
  readonly trials: readonly TrialSummary[];
}

export function decision(
  stageId: string,
  hparams: HParams,
  because: string,
  rest: Partial<Decision> & { readonly evidence: Decision['evidence'] },
): Decision {
  return { stage: stageId, stageId, hparams, because, confidence: 'high', alternatives: [], ...rest };
}
