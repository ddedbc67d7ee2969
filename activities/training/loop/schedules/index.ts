import type { ScheduleSpec } from '../../../../workflows/words/schedule';
import { constant } from './constant';
import { cosine } from './cosine';
import { exponential } from './exponential';
import { oneCycle } from './one-cycle';
import { piecewise } from './piecewise';
import { plateau } from './plateau';
import { ramp } from './ramp';
import type { Schedule, SchedulePosition, ScheduleState } from './schedule';

export type { SchedulePosition, ScheduleState } from './schedule';

/** Every schedule by name. */
const SCHEDULES: { readonly [Name in ScheduleSpec['name']]: Schedule<Name> } = {
  constant,
  exponential,
  cosine,
  piecewise,
  oneCycle,
  plateau,
  ramp,
};

/** A schedule that knows nothing yet. */
export const INITIAL_SCHEDULE_STATE: ScheduleState = { factor: 1, best: null, epochsWithout: 0 };

const scheduleOf = (spec: ScheduleSpec): Schedule<ScheduleSpec['name']> =>
  SCHEDULES[spec.name] as Schedule<ScheduleSpec['name']>;

/** The learning rate of a step; during warm-up a straight line up to what the schedule asks for. */
export function scheduledLearningRate(
  spec: ScheduleSpec,
  learningRate: number,
  position: SchedulePosition,
  state: ScheduleState,
): number {
  const schedule = scheduleOf(spec);
  const rate = schedule.rate?.(spec, position) ?? learningRate * schedule.factor(spec, position, state);
  const { warmupSteps = 0 } = spec;
  return position.step < warmupSteps ? (rate * (position.step + 1)) / warmupSteps : rate;
}

/** The momentum that a schedule asks for at a step; `undefined` where it leaves it alone. */
export function scheduledMomentum(spec: ScheduleSpec, position: SchedulePosition): number | undefined {
  return scheduleOf(spec).momentum?.(spec, position);
}

/** The schedule's state after an epoch; losses that are not finite are not looked at. */
export function observeEpoch(spec: ScheduleSpec, state: ScheduleState, loss: number): ScheduleState {
  return Number.isFinite(loss) ? (scheduleOf(spec).observe?.(spec, state, loss) ?? state) : state;
}
