import {
  addLoss,
  divergedOrDead,
  INITIAL_LOSS_WATCH,
  type LossWatch,
  neverLearnt,
  NO_LOSS,
  smoothedLoss,
  watchLoss,
} from '../../../../activities/training/loop/divergence';
import { entropyOf } from '../../../../workflows/analysis/score';
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

  const watched = (...losses: readonly number[]): LossWatch => losses.reduce(watchLoss, INITIAL_LOSS_WATCH);
  const THROWN = watched(2.4, 40, ...steady(2.31, 50));
  const CHANCE = Math.log(10);

  it('was dead all along if a step threw it far and no epoch was clearly better than chance', () => {
    expect(neverLearnt(curve(2.31, 2.318, null, 2.3026), THROWN, CHANCE)).toBe(true);
    expect(neverLearnt(curve(2.31, 2.29, 2.4), THROWN, CHANCE)).toBe(true);
    expect(neverLearnt(curve(2.31, 2.2, 2.4), THROWN, CHANCE)).toBe(false);
  });

  it('was only slow where its loss is still where it began, or has hardly fallen', () => {
    const slow = watched(2.42, ...steady(2.4, 20), ...steady(2.38, 20));
    expect(neverLearnt(curve(2.39, 2.38), slow, CHANCE)).toBe(false);
    // Losses of single examples are far apart.
    const alone = watched(...Array.from({ length: 200 }, (_, i) => [0.9, 3.9, 2.1, 3.4, 1.6][i % 5]!));
    expect(neverLearnt(curve(2.41), alone, CHANCE)).toBe(false);
  });

  it('is measured against the chance of its own labels', () => {
    const rare = entropyOf([270, 30]);
    expect(rare).toBeCloseTo(0.325, 3);
    expect(entropyOf([5, 5, 5, 5])).toBeCloseTo(Math.log(4), 12);
    const thrown = watched(0.8, 30, ...steady(0.33, 50));
    expect(neverLearnt(curve(0.33, 0.326), thrown, rare)).toBe(true);
    expect(neverLearnt(curve(0.33, 0.3), thrown, rare)).toBe(false);
    // Labels that are all alike tell nothing of it.
    expect(entropyOf([300, 0])).toBe(0);
    expect(neverLearnt(curve(0.33), thrown, 0)).toBe(false);
  });

  it('may have learnt anything where nobody looked', () => {
    expect(neverLearnt(curve(null, null), THROWN, CHANCE)).toBe(false);
    expect(neverLearnt([], THROWN, CHANCE)).toBe(false);
  });
});
