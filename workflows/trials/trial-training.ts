/**
 * How one trial trains: as its hyperparameters say, and in all that they leave out as the study does.
 *
 * @module
 */
import type { ScheduleSpec } from '../words/schedule';
import { GROWTH_DEFAULTS, OPTIMIZER_DEFAULTS, SCHEDULE_DEFAULTS, TRAINING_HPARAMS } from '../words/training-hparams';
import type { ScheduleName, TrainingHParam } from '../words/training-hparams';
import type { OptimizerSpec, TrainingSpec } from '../words/study';
import type { HParams } from '../words/trial';
import type { BatchSizeSchedule } from './batch-growth';

/** A trial's own training. */
export interface TrialTraining extends TrainingSpec {
  /** As the study file has it: its epochs are those that all schedules are written for. */
  readonly written: TrainingSpec;
}

/** A training, resolved for some hyperparameters or not yet. */
export type AnyTraining = TrainingSpec & Partial<Pick<TrialTraining, 'written'>>;

/**
 * The training of a trial with these hyperparameters: the one place where they and the study's training meet.
 *
 * @throws RangeError for an optimizer, a schedule or a growth that there is not.
 */
export function trainingOf({ written, ...training }: AnyTraining, hparams: HParams): TrialTraining {
  const study = written ?? training;
  const { batchSizeSchedule: growth, ...fixed } = study;
  const { optimizer, schedule, epochs } = study;
  const batchSizeSchedule = growthOf(growth, epochs, hparams);
  return {
    ...fixed,
    ...(batchSizeSchedule !== undefined && { batchSizeSchedule }),
    written: study,
    epochs: numberIn(hparams, 'epochs') ?? epochs,
    optimizer: optimizerOf(optimizer, hparams),
    schedule: scheduleOf(schedule, epochs, hparams),
  };
}

/** The hyperparameters of `TRAINING_HPARAMS` that a study's own training reads, with its values. */
export function standingHParams({
  optimizer,
  schedule,
  epochs,
  batchSizeSchedule,
}: Pick<TrainingSpec, 'optimizer' | 'schedule' | 'epochs' | 'batchSizeSchedule'>): HParams {
  const { name: optimizerName, ...constants } = optimizer;
  const { name: scheduleName, ...numbers } = schedule;
  const all: Readonly<Record<string, unknown>> = {
    ...constants,
    ...numbers,
    optimizer: optimizerName,
    schedule: scheduleName,
    epochs,
    warmupSteps: schedule.warmupSteps ?? 0,
    batchGrowth: batchSizeSchedule?.name ?? 'none',
  };
  return Object.fromEntries(
    Object.keys(TRAINING_HPARAMS).flatMap((name) => {
      const value = all[name];
      return typeof value === 'number' || typeof value === 'string' ? [[name, value]] : [];
    }),
  );
}

function optimizerOf(own: OptimizerSpec, hparams: HParams): OptimizerSpec {
  const name = nameIn(hparams, 'optimizer', OPTIMIZER_DEFAULTS) ?? own.name;
  const start = name === own.name ? own : OPTIMIZER_DEFAULTS[name];
  return { ...start, ...numbersFor('optimizer', name, hparams) };
}

function scheduleOf(own: ScheduleSpec, writtenEpochs: number, hparams: HParams): ScheduleSpec {
  const name = nameIn(hparams, 'schedule', SCHEDULE_DEFAULTS) ?? (own.name as ScheduleName);
  const numbers = numbersFor('schedule', name, hparams);
  const warmupSteps = numberIn(hparams, 'warmupSteps') ?? own.warmupSteps;
  const warmup = warmupSteps === undefined ? {} : { warmupSteps };
  const keeps = name === own.name && (name !== 'piecewise' || Object.keys(numbers).length === 0);
  if (keeps) return { ...own, ...numbers, ...warmup };
  if (name === 'piecewise')
    return { ...piecewise({ ...SCHEDULE_DEFAULTS.piecewise, ...numbers }, writtenEpochs), ...warmup };
  return { name, ...SCHEDULE_DEFAULTS[name], ...numbers, ...warmup } as ScheduleSpec;
}

function growthOf(
  own: BatchSizeSchedule | undefined,
  writtenEpochs: number,
  hparams: HParams,
): BatchSizeSchedule | undefined {
  const name = nameIn(hparams, 'batchGrowth', GROWTH_DEFAULTS);
  if (name === undefined || name === own?.name) return own;
  if (name === 'none') return undefined;
  if (name === 'milestones')
    throw new RangeError('hparams.batchGrowth must not be milestones: training.batchSizeSchedule says none');
  if (name !== 'doubling') return { name, ...GROWTH_DEFAULTS[name] } as BatchSizeSchedule;
  const { share, learningRate } = GROWTH_DEFAULTS.doubling;
  return { name, every: share * writtenEpochs, learningRate };
}

function piecewise(
  { firstMilestone, milestoneFactor: factor }: Readonly<Record<'firstMilestone' | 'milestoneFactor', number>>,
  writtenEpochs: number,
): ScheduleSpec {
  return {
    name: 'piecewise',
    milestones: [
      { epoch: firstMilestone * writtenEpochs, factor },
      { epoch: ((1 + firstMilestone) / 2) * writtenEpochs, factor: factor * factor },
    ],
  };
}

/** The numbers that an optimizer or a schedule reads. */
function numbersFor(kind: 'optimizer' | 'schedule', name: string, hparams: HParams): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries<TrainingHParam>(TRAINING_HPARAMS).flatMap(([hparam, { readBy = {} }]) => {
      const value = numberIn(hparams, hparam);
      const readers: readonly string[] = kind in readBy ? Object.values(readBy).flat() : [];
      return value !== undefined && readers.includes(name) ? [[hparam, value]] : [];
    }),
  );
}

function numberIn(hparams: HParams, name: string): number | undefined {
  const value = hparams[name];
  return typeof value === 'number' ? value : undefined;
}

function nameIn<Known extends object>(hparams: HParams, name: string, known: Known): keyof Known | undefined {
  const value = hparams[name];
  if (value === undefined || (typeof value === 'string' && Object.hasOwn(known, value)))
    return value as keyof Known | undefined;
  throw new RangeError(`hparams.${name} must be one of ${Object.keys(known).join(', ')}, got ${String(value)}`);
}
