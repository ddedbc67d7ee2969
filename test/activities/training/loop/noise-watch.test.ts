import { createNoiseWatch, type NoiseWatch } from '../../../../activities/training/loop/noise-watch';
import { INITIAL_STATE, type TrainingState } from '../../../../activities/training/loop/training-state';
import type { TrialFacts } from '../../../../activities/training/loop/trial-facts';
import { batchPhases } from '../../../../workflows/trials/length';
import { NOISE_PAIRS_MAX } from '../../../../workflows/words/outcome';
import { type TrialSpec } from '../../../../workflows/words/trial';

const watch = (trial: Partial<TrialSpec>, stepsTotal = 100): NoiseWatch =>
  createNoiseWatch(
    { record: { stepLosses: false }, ...trial } as TrialSpec,
    { batchSize: 32, stepsTotal } as TrialFacts,
  );

const GROWING: Partial<TrialSpec> = {
  batchGrowth: { learningRate: 'keep', noiseScale: { sizes: [64, 128], measureEverySteps: 5 } },
};
const PHASES = batchPhases(32, [], 1000);

/** Norms whose estimates are |G|^2 = 1 and this noise scale, exactly. */
const norms = (noiseScale: number, batchSize: number): { readonly small: number; readonly large: number } => ({
  small: 1 + noiseScale / (batchSize / 2),
  large: 1 + noiseScale / batchSize,
});

/** The state after so many measurements of a noise scale. */
function measured(
  of: NoiseWatch,
  noiseScale: number,
  times: number,
  from: TrainingState = { ...INITIAL_STATE, step: 5 },
): TrainingState {
  return Array.from({ length: times }).reduce<TrainingState>(
    (state) => of.observed(state, norms(noiseScale, 32), 32),
    from,
  );
}

describe('the noise is recorded', () => {
  it('every so many steps, at most so often as a trial may keep, and at the size that the trial starts with', () => {
    const due = (every: number, stepsTotal: number): number =>
      Array.from({ length: stepsTotal }, (_, step) =>
        watch({ record: { stepLosses: false, noiseScaleEvery: every } }, stepsTotal).isDue(step, 32),
      ).filter(Boolean).length;
    expect([due(3, 10), due(1, 300), due(1, 1000)]).toEqual([4, 150, 250]);
    expect(due(1, 12_345)).toBeLessThanOrEqual(NOISE_PAIRS_MAX);
    expect(watch({ record: { stepLosses: false, noiseScaleEvery: 1 } }).isDue(0, 64)).toBe(false);
  });

  it('not where nobody asked, not of one example, and not where it is not finite', () => {
    expect(watch({}).isDue(0, 32)).toBe(false);
    const asked = watch({ record: { stepLosses: false, noiseScaleEvery: 1 } });
    expect(asked.isDue(0, 1)).toBe(false);
    expect(asked.observed(INITIAL_STATE, { small: Infinity, large: 1 }, 32)).toBe(INITIAL_STATE);
    expect(asked.observed(INITIAL_STATE, { small: 2, large: 1 }, 32).noisePairs).toEqual([{ small: 2, large: 1 }]);
  });
});

describe('batches grow by the noise', () => {
  const of = watch(GROWING);
  const sizes = (state: TrainingState): readonly number[] =>
    of.grown(state, PHASES).grown.map(({ batchSize }) => batchSize);

  it('to the next size once the noise scale has reached it, one size at a time', () => {
    expect(sizes(measured(of, 63, 10))).toEqual([]);
    expect(sizes(measured(of, 64.01, 10))).toEqual([64]);
    expect(sizes(measured(of, 1e6, 10))).toEqual([64]);
    expect(of.grown(measured(of, 100, 10), PHASES).grown).toEqual([{ step: 5, examples: 160, batchSize: 64 }]);
  });

  it('not before eight measurements, and by the recent ones', () => {
    expect(sizes(measured(of, 100, 7))).toEqual([]);
    expect(sizes(measured(of, 100, 8))).toEqual([64]);
    expect(sizes(measured(of, 100, 20, measured(of, 10, 20)))).toEqual([64]);
  });

  it('where no signal is left at all', () => {
    const state = Array.from({ length: 8 }).reduce<TrainingState>(
      (before) => of.observed(before, { small: 2, large: 1 }, 32),
      { ...INITIAL_STATE, step: 5 },
    );
    expect(sizes(state)).toEqual([64]);
  });

  it('in no other trial', () => {
    const other = watch({ record: { stepLosses: false, noiseScaleEvery: 5 } });
    const state = measured(other, 1e6, 10);
    expect(other.grown(state, PHASES)).toBe(state);
  });
});
