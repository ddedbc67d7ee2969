import { MINIMAL, parsed, problems, SWEEP } from './parsing';

const study = (training: object, ...spaces: readonly object[]): object => ({
  ...MINIMAL,
  training,
  stages: [...spaces.map((space) => ({ ...SWEEP, space })), ...MINIMAL.stages],
});
const AVERAGING = /^(ema|swa)/;
const averagingOf = (input: object): object =>
  Object.fromEntries(Object.entries(parsed(input).training.hparams).filter(([name]) => AVERAGING.test(name)));

describe('the average of weights that a study asks for', () => {
  it('is hyperparameters of every trial, and of none where nobody asks', () => {
    expect(averagingOf(MINIMAL)).toEqual({});
    expect(averagingOf(study({ weightAverage: { kind: 'ema' } }))).toEqual({ emaDecay: 0.999 });
    expect(averagingOf(study({ weightAverage: { kind: 'swa', everyEpochs: 2 } }))).toEqual({
      swaStartFraction: 0.75,
      swaEveryEpochs: 2,
    });
  });

  it('is what a sweep searches, from none on', () => {
    const space = { emaDecay: { ordinal: [0, 0.99, 0.999] } };
    expect(averagingOf(study({}, space))).toEqual({ emaDecay: 0 });
    expect(averagingOf(study({ weightAverage: { kind: 'ema', decay: 0.99 } }, space))).toEqual({ emaDecay: 0.99 });
    expect(problems(study({}, { emaDecay: { uniform: [0, 1] } }))).toContain('must lie between 0 and 0.999999');
  });

  it('is of one kind', () => {
    expect(problems(study({ weightAverage: { kind: 'ema' } }, { swaStartFraction: { choice: [0.5, 1] } }))).toBe(
      'stages.0.space.swaStartFraction: must be of one kind with training.weightAverage: weights are averaged by ema or by swa, got "swa"; compare the two in studies of their own',
    );
    expect(problems(study({ weightAverage: { kind: 'mean' } }))).toContain('training.weightAverage.kind');
  });
});
