/**
 * Everything that a training knows besides its tensors: plain JSON, whole in every checkpoint, changed by pure
 * functions alone. Doubles survive JSON exactly; none in here is ever non-finite.
 *
 * @module
 */
import { initialNoiseSums, type NoiseSums } from '../../../workflows/analysis/noise-scale';
import { isBetter } from '../../../workflows/analysis/score';
import type { ScheduleSpec } from '../../../workflows/words/schedule';
import type { Objective } from '../../../workflows/words/study';
import { type EpochMeasurement, STEP_LOSSES_MAX, type StepLoss } from '../../../workflows/words/outcome';
import { type StopRules } from '../../../workflows/words/trial';
import type { BatchPhase } from '../../../workflows/trials/length';
import { divergedOrDead, INITIAL_LOSS_WATCH, type LossWatch, watchLoss } from './divergence';
import { INITIAL_PATIENCE, isExhausted, observeObjective, type Patience, stopsByPrechelt } from './early-stopping';
import { INITIAL_SCHEDULE_STATE, observeEpoch, type ScheduleState } from '../../../workflows/trials/schedules';
import type { HalfBatchNorms } from '../engine';

/** How a training ended. */
export type Ending =
  { readonly status: 'completed' | 'earlyStopped' } | { readonly status: 'diverged' | 'dead'; readonly step: number };

export interface TrainingState {
  /** Optimizer steps done. */
  readonly step: number;
  readonly watch: LossWatch;
  readonly schedule: ScheduleState;
  readonly patience: Patience;
  /** Training losses since the last line of the curve. */
  readonly epochLoss: { readonly sum: number; readonly count: number };
  readonly curve: readonly EpochMeasurement[];
  readonly best: EpochMeasurement | null;
  readonly stepLosses: readonly StepLoss[];
  readonly noisePairs: readonly HalfBatchNorms[];
  /** What a growth by noise scale has measured, and the phases that it came to. */
  readonly noise: NoiseSums;
  readonly grown: readonly BatchPhase[];
  /** `null` while it trains, or reached its limit. */
  readonly ending: Ending | null;
  readonly deviceSeconds: number;
}

export const INITIAL_STATE: TrainingState = {
  step: 0,
  watch: INITIAL_LOSS_WATCH,
  schedule: INITIAL_SCHEDULE_STATE,
  patience: INITIAL_PATIENCE,
  epochLoss: { sum: 0, count: 0 },
  curve: [],
  best: null,
  stepLosses: [],
  noisePairs: [],
  noise: initialNoiseSums,
  grown: [],
  ending: null,
  deviceSeconds: 0,
};

/** Steps from one recorded loss to the next, so that a trial of this length keeps at most `STEP_LOSSES_MAX`. */
export function stepLossStride(stepsTotal: number): number {
  return Math.ceil(stepsTotal / STEP_LOSSES_MAX);
}

export interface StepResult {
  readonly loss: number;
  readonly learningRate: number;
  /** 0 to record no losses. */
  readonly stride: number;
}

/** The state after one more optimizer step. */
export function afterStep(
  state: TrainingState,
  { loss, learningRate, stride }: StepResult,
  rules: StopRules,
): TrainingState {
  const step = state.step + 1;
  if (!Number.isFinite(loss)) return { ...state, step, ending: { status: 'diverged', step } };
  const watch = watchLoss(state.watch, loss);
  const failure = divergedOrDead(watch, rules);
  const recorded = stride > 0 && state.step % stride === 0;
  return {
    ...state,
    step,
    watch,
    epochLoss: { sum: state.epochLoss.sum + loss, count: state.epochLoss.count + 1 },
    stepLosses: recorded ? [...state.stepLosses, { step, learningRate, loss }] : state.stepLosses,
    ending: failure === null ? null : { status: failure, step },
  };
}

export interface EpochRules {
  readonly schedule: ScheduleSpec;
  readonly objective: Objective;
  readonly stop: StopRules;
}

/** Mean training loss since the last line of the curve; `null` if no step was made since. */
export const epochTrainLoss = ({ epochLoss: { sum, count } }: TrainingState): number | null =>
  count === 0 ? null : sum / count;

/**
 * The state after a line of the curve, validated or not. The schedule looks at the validation loss, or else at the
 * training loss.
 */
export function afterEpoch(
  state: TrainingState,
  line: EpochMeasurement,
  validated: boolean,
  { schedule, objective, stop }: EpochRules,
): TrainingState {
  const { valLoss = null } = line.values;
  const value = line.values[objective.metric] ?? null;
  const patience = validated ? observeObjective(state.patience, objective, value, stop) : state.patience;
  const curve = [...state.curve, line];
  const reached =
    line.epoch >= (stop.targetFromEpoch ?? 1) && curve.some(({ values }) => reaches(values.valLoss, stop));
  const stopsEarly =
    isExhausted(patience, stop) || (validated && stop.prechelt !== undefined && stopsByPrechelt(stop.prechelt, curve));
  return {
    ...state,
    patience,
    curve,
    schedule: observeEpoch(schedule, state.schedule, (validated ? valLoss : line.trainLoss) ?? Number.NaN),
    epochLoss: { sum: 0, count: 0 },
    best: isBetter(value, state.best?.values[objective.metric] ?? null, objective) ? line : state.best,
    ending: reached ? { status: 'completed' } : stopsEarly ? { status: 'earlyStopped' } : null,
  };
}

const reaches = (valLoss: number | null | undefined, { targetValLoss }: StopRules): boolean =>
  targetValLoss !== undefined && typeof valLoss === 'number' && valLoss <= targetValLoss;
