import {
  INITIAL_SCHEDULE_STATE,
  observeEpoch,
  scheduledLearningRate,
  scheduledMomentum,
  type ScheduleState,
} from '../../../workflows/trials/schedules';
import type { ScheduleSpec } from '../../../workflows/words/schedule';

/** Rates over 100 steps of 10 epochs at a learning rate of 2. */
const rate = (spec: ScheduleSpec, step: number, state: ScheduleState = INITIAL_SCHEDULE_STATE): number =>
  scheduledLearningRate(spec, 2, { step, stepsTotal: 100, stepsPerEpoch: 10 }, state);

describe('learning-rate schedules', () => {
  it.each<[string, ScheduleSpec, readonly (readonly [step: number, rate: number])[]]>([
    [
      'constant stays',
      { name: 'constant' },
      [
        [0, 2],
        [99, 2],
      ],
    ],
    [
      'exponential falls by its factor every epoch, smoothly',
      { name: 'exponential', factorPerEpoch: 0.25 },
      [
        [0, 2],
        [5, 1],
        [10, 0.5],
        [20, 0.125],
      ],
    ],
    [
      'cosine goes along half a cosine',
      { name: 'cosine', finalFactor: 0.1 },
      [
        [0, 2],
        [50, 1.1],
        [100, 0.2],
        [120, 0.2],
      ],
    ],
    [
      'cosine begins after the warm-up',
      { name: 'cosine', finalFactor: 0, warmupSteps: 20 },
      [
        [0, 0.1],
        [19, 2],
        [20, 2],
        [60, 1],
        [100, 0],
      ],
    ],
    [
      'piecewise takes the factor of the last milestone',
      {
        name: 'piecewise',
        milestones: [
          { epoch: 2, factor: 0.5 },
          { epoch: 4, factor: 0.1 },
        ],
      },
      [
        [0, 2],
        [19, 2],
        [20, 1],
        [39, 1],
        [40, 0.2],
      ],
    ],
    [
      'oneCycle climbs to its peak and falls below its start',
      { name: 'oneCycle', peakFraction: 0.5, initialFactor: 0.1, finalFactor: 0.01 },
      [
        [0, 0.2],
        [49.5, 2],
        [99, 0.02],
      ],
    ],
    [
      'ramp is even in the logarithm and names its own rates',
      { name: 'ramp', from: 1e-4, to: 1e-1 },
      [
        [0, 1e-4],
        [33, 1e-3],
        [66, 1e-2],
        [99, 1e-1],
      ],
    ],
    [
      'a warm-up is a straight line',
      { name: 'constant', warmupSteps: 4 },
      [
        [0, 0.5],
        [1, 1],
        [2, 1.5],
        [3, 2],
        [4, 2],
      ],
    ],
  ])('%s', (_, spec, expected) => {
    for (const [step, value] of expected) expect(rate(spec, step)).toBeCloseTo(value, 12);
  });

  it('cycles momentum against the rate, where it is asked to: down along the ramp, down and up along the cycle', () => {
    const cycledMomentum = { max: 0.95, min: 0.85 };
    const momentum = (spec: ScheduleSpec, step: number): number | undefined =>
      scheduledMomentum(spec, { step, stepsTotal: 101, stepsPerEpoch: 10 });
    const ramp: ScheduleSpec = { name: 'ramp', from: 1e-4, to: 1e-1, cycledMomentum };
    expect([0, 50, 100].map((step) => momentum(ramp, step))).toEqual(
      [0.95, 0.9, 0.85].map((value) => expect.closeTo(value, 12)),
    );
    const cycle: ScheduleSpec = {
      name: 'oneCycle',
      peakFraction: 0.3,
      initialFactor: 0.04,
      finalFactor: 0,
      cycledMomentum,
    };
    expect([0, 15, 30, 65, 100].map((step) => momentum(cycle, step))).toEqual(
      [0.95, 0.9, 0.85, 0.9, 0.95].map((value) => expect.closeTo(value, 12)),
    );
    expect(momentum({ name: 'constant' }, 5)).toBeUndefined();
    expect(momentum({ name: 'ramp', from: 1e-4, to: 1e-1 }, 5)).toBeUndefined();
  });

  it('plateau multiplies after more than patience epochs without a lower loss, down to its least factor', () => {
    const spec: ScheduleSpec = { name: 'plateau', factor: 0.1, patience: 1, minFactor: 0.05 };
    let state = INITIAL_SCHEDULE_STATE;
    const rates = [1, 0.8, 0.9, 0.8, 0.7, 0.7, 0.7, Number.NaN, 0.7, 0.7].map((loss) => {
      state = observeEpoch(spec, state, loss);
      return rate(spec, 0, state);
    });
    expect(rates.map((value) => Number(value.toFixed(6)))).toEqual([2, 2, 2, 0.2, 0.2, 0.2, 0.1, 0.1, 0.1, 0.1]);
  });

  it('a ramp of one step is its start, and no schedule divides by nothing', () => {
    const position = { step: 0, stepsTotal: 1, stepsPerEpoch: 0.5 };
    const specs: readonly ScheduleSpec[] = [
      { name: 'ramp', from: 0.01, to: 1 },
      { name: 'cosine', finalFactor: 0 },
      { name: 'oneCycle', peakFraction: 0.3, initialFactor: 0.1, finalFactor: 0 },
    ];
    const rates = specs.map((spec) => scheduledLearningRate(spec, 1, position, INITIAL_SCHEDULE_STATE));
    [0.01, 1, 0.1].forEach((expected, i) => expect(rates[i]).toBeCloseTo(expected, 12));
  });
});
