/**
 * Learning-rate schedules: pure functions of where a training is, a row of `SCHEDULES` each.
 *
 * @module
 */
import { power } from '../search/power';
import type { ScheduleSpec } from '../words/schedule';

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

type SpecOf<Name extends ScheduleSpec['name']> = Extract<ScheduleSpec, { readonly name: Name }>;

/** A schedule: a pure function of where the training is, and of its state if it looks at results. */
interface Schedule<Name extends ScheduleSpec['name']> {
  /** Factor on the trial's learning rate. */
  factor(spec: SpecOf<Name>, position: SchedulePosition, state: ScheduleState): number;
  /** The learning rate itself, for schedules that name it; the trial's own is not used then. */
  rate?(spec: SpecOf<Name>, position: SchedulePosition): number;
  /** Momentum of a step, for schedules that cycle it; else the trial's own is used. */
  momentum?(spec: SpecOf<Name>, position: SchedulePosition): number | undefined;
  /** State after an epoch with this validation loss (training loss where nothing is validated). */
  observe?(spec: SpecOf<Name>, state: ScheduleState, loss: number): ScheduleState;
}

/** Every schedule by name. */
const SCHEDULES: { readonly [Name in ScheduleSpec['name']]: Schedule<Name> } = {
  constant: { factor: () => 1 },

  /** Multiplies by `factorPerEpoch` every epoch, smoothly in between. */
  exponential: {
    factor: ({ factorPerEpoch }, { step, stepsPerEpoch }) => power(factorPerEpoch, step / stepsPerEpoch),
  },

  /**
   * Half a cosine from 1 to `finalFactor` over the steps after warm-up. Source: I. Loshchilov, F. Hutter, "SGDR", ICLR
   * 2017, equation 5.
   */
  cosine: {
    factor({ finalFactor, warmupSteps = 0 }, { step, stepsTotal }) {
      const progress = Math.min(1, Math.max(0, (step - warmupSteps) / Math.max(1, stepsTotal - warmupSteps)));
      return finalFactor + ((1 - finalFactor) * (1 + Math.cos(Math.PI * progress))) / 2;
    },
  },

  /** The factor of the last milestone reached, 1 before the first. */
  piecewise: {
    factor({ milestones }, { step, stepsPerEpoch }) {
      const reached = milestones.filter(({ epoch }) => step >= epoch * stepsPerEpoch);
      return reached.reduce((last, next) => (next.epoch >= last.epoch ? next : last), { epoch: 0, factor: 1 }).factor;
    },
  },

  /**
   * Up from `initialFactor` to 1 at `peakFraction` of the training, then down to `finalFactor`, both along half a
   * cosine.
   *
   * Source: L. N. Smith, "A disciplined approach to neural network hyper-parameters: Part 1" (arXiv:1803.09820),
   * section 4; the cosine legs follow fastai.
   */
  oneCycle: {
    factor: ({ peakFraction, initialFactor, finalFactor }, position) =>
      cycle(peakFraction, position, [initialFactor, 1, finalFactor]),
    momentum: ({ peakFraction, cycledMomentum: cycled }, position) =>
      cycled && cycle(peakFraction, position, [cycled.max, cycled.min, cycled.max]),
  },

  /** Multiplies by `factor` after more than `patience` epochs without a lower loss, down to `minFactor`. */
  plateau: {
    factor: (_spec, _position, state) => state.factor,
    observe({ factor, patience, minFactor }, state, loss) {
      if (state.best === null || loss < state.best) return { ...state, best: loss, epochsWithout: 0 };
      if (state.epochsWithout < patience) return { ...state, epochsWithout: state.epochsWithout + 1 };
      return { ...state, factor: Math.max(minFactor, state.factor * factor), epochsWithout: 0 };
    },
  },

  /**
   * Learning rates from `from` at the first step to `to` at the last, evenly in their logarithm: the learning-rate
   * range test.
   */
  ramp: {
    factor: () => 1,
    rate: ({ from, to }, position) => from * power(to / from, progressAt(position)),
    momentum: ({ cycledMomentum: cycled }, position) =>
      cycled && cycled.max + (cycled.min - cycled.max) * progressAt(position),
  },
};

/** The share of a training that is over: 0 at its first step, 1 at its last. */
const progressAt = ({ step, stepsTotal }: SchedulePosition): number => step / Math.max(1, stepsTotal - 1);

/** Where a cycle stands that begins at one value, is at the next at the peak, and ends at the last. */
function cycle(
  peakFraction: number,
  position: SchedulePosition,
  [start, peak, end]: readonly [number, number, number],
): number {
  const progress = Math.min(1, progressAt(position));
  if (progress < peakFraction) return alongCosine(start, peak, progress / peakFraction);
  return alongCosine(peak, end, (progress - peakFraction) / Math.max(1e-12, 1 - peakFraction));
}

const alongCosine = (from: number, to: number, progress: number): number =>
  to + ((from - to) * (1 + Math.cos(Math.PI * progress))) / 2;

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
