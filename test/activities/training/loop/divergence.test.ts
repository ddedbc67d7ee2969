import {
  addLoss,
  divergedOrDead,
  INITIAL_LOSS_WATCH,
  neverLearnt,
  NO_LOSS,
  smoothedLoss,
  watchLoss,
} from '../../../../activities/training/loop/divergence';
import type { EpochMeasurement } from '../../../../workflows/words/outcome';
import type { StopRules } from '../../../../workflows/words/trial';

/** Step, counted from 1, and kind of the first verdict. */
function verdictOf(losses: readonly number[], rules: StopRules): readonly [number, string] | null {
  let watch = INITIAL_LOSS_WATCH;
  for (const [i, loss] of losses.entries()) {
    watch = watchLoss(watch, loss);
    const verdict = divergedOrDead(watch, rules);
    if (verdict !== null) return [i + 1, verdict];
  }
  return null;
}

const steady = (loss: number, steps: number): number[] => new Array<number>(steps).fill(loss);

describe('the smoothed loss', () => {
  it('is the mean of equal losses from the first step on', () => {
    let average = NO_LOSS;
    for (let i = 0; i < 3; i++) {
      average = addLoss(average, 2.5);
      expect(smoothedLoss(average)).toBeCloseTo(2.5, 12);
    }
  });

  it('weighs two losses by 0.98 to 1', () => {
    expect(smoothedLoss(addLoss(addLoss(NO_LOSS, 1), 3))).toBeCloseTo((0.98 * 1 + 3) / 1.98, 12);
  });
});

describe('the stop rules', () => {
  it('call a training diverged once its smoothed loss exceeds the factor times its best', () => {
    // After n losses of 1, one of x gives (x (1 - b) + b (1 - b^n)) / (1 - b^(n + 1)) with b = 0.98.
    const exceeding = (1.5 * (1 - 0.98 ** 51) - 0.98 * (1 - 0.98 ** 50)) / 0.02;
    expect(verdictOf([...steady(1, 50), exceeding * 1.001], { divergenceFactor: 1.5 })).toEqual([51, 'diverged']);
    expect(verdictOf([...steady(1, 50), exceeding * 0.999], { divergenceFactor: 1.5 })).toBeNull();
  });

  it('call a training dead that fell and came back to its start', () => {
    expect(verdictOf([...steady(2.3, 10), ...steady(1, 100), ...steady(2.3, 400)], { dead: true })?.[1]).toBe('dead');
  });

  it('call neither a training that never fell, nor one that stays down, nor one without rules', () => {
    expect(verdictOf(steady(2.3, 300), { dead: true, divergenceFactor: 4 })).toBeNull();
    expect(verdictOf([...steady(2.3, 10), ...steady(1, 300)], { dead: true, divergenceFactor: 4 })).toBeNull();
    expect(verdictOf([1, 1e9], {})).toBeNull();
  });

  it('judge nothing before the first step', () => {
    expect(divergedOrDead(INITIAL_LOSS_WATCH, { dead: true, divergenceFactor: 0 })).toBeNull();
  });
});

describe('a training that has ended', () => {
  const curve = (...losses: readonly (number | null)[]): readonly EpochMeasurement[] =>
    losses.map((valLoss, i) => ({
      epoch: i + 1,
      step: 10 * (i + 1),
      learningRate: 0.1,
      trainLoss: 2.3,
      values: { valLoss, valAccuracy: null },
      deviceSeconds: i,
    }));

  it('was dead all along if no epoch was better than equal odds', () => {
    expect(neverLearnt(curve(2.31, 2.318, null, 2.3026), Math.log(10))).toBe(true);
    expect(neverLearnt(curve(2.31, 2.29, 2.4), Math.log(10))).toBe(false);
    expect(neverLearnt(curve(0.7, 0.7), Math.log(2))).toBe(true);
  });

  it('may have learnt anything where nobody looked', () => {
    expect(neverLearnt(curve(null, null), 10)).toBe(false);
    expect(neverLearnt([], 10)).toBe(false);
  });
});
