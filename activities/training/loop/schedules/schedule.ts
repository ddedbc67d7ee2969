import type { ScheduleSpec } from '../../../../workflows/words/schedule';

/** Where a training is. */
export interface SchedulePosition {
  /** Steps done before this one. */
  readonly step: number;
  readonly stepsTotal: number;
  readonly stepsPerEpoch: number;
}

/** Memory of a schedule that looks at results; plain JSON, kept in checkpoints. */
export interface ScheduleState {
  readonly factor: number;
  readonly best: number | null;
  readonly epochsWithout: number;
}

export type SpecOf<Name extends ScheduleSpec['name']> = Extract<ScheduleSpec, { readonly name: Name }>;

/** A schedule: a pure function of where the training is, and of its state if it looks at results. */
export interface Schedule<Name extends ScheduleSpec['name']> {
  /** Factor on the trial's learning rate. */
  factor(spec: SpecOf<Name>, position: SchedulePosition, state: ScheduleState): number;
  /** The learning rate itself, for schedules that name it; the trial's own is not used then. */
  rate?(spec: SpecOf<Name>, position: SchedulePosition): number;
  /** Momentum of a step, for schedules that cycle it; else the trial's own is used. */
  momentum?(spec: SpecOf<Name>, position: SchedulePosition): number | undefined;
  /** State after an epoch with this validation loss (training loss where nothing is validated). */
  observe?(spec: SpecOf<Name>, state: ScheduleState, loss: number): ScheduleState;
}
