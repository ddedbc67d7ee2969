import { fittedTrials } from '../../../activities/interchange/warm-start/fit-space';
import type { ForeignTrial } from '../../../activities/interchange/trial-row';

const SPACE = {
  weightDecay: { logUniform: [1e-6, 1e-2] },
  units: { integer: [16, 128], step: 16 },
  regularizer: { choice: ['none', 'dropout'] },
  dropoutRate: { uniform: [0.1, 0.6], when: { regularizer: 'dropout' } },
  flag: { choice: [true, false] },
} as const;

const fit = (
  trials: readonly ForeignTrial[],
  direction?: 'minimize' | 'maximize',
  leftOut: ReadonlyMap<string, number> = new Map(),
) => fittedTrials({ trials, leftOut, ...(direction && { direction }) }, SPACE, 'minimize');

describe('trials of others in a space', () => {
  it('are read as numbers and truths where they are written as texts', () => {
    const { trials } = fit([
      {
        hparams: { weightDecay: '1e-3', units: ' 32 ', regularizer: 'dropout', dropoutRate: '.2', flag: 'True' },
        score: 1,
      },
    ]);
    expect(trials).toEqual([
      { hparams: { weightDecay: 1e-3, units: 32, regularizer: 'dropout', dropoutRate: 0.2, flag: true }, score: 1 },
    ]);
  });

  it('get better in the direction of the study', () => {
    const point = { weightDecay: 1e-3 };
    expect(
      fit(
        [
          { hparams: point, score: 0.9 },
          { hparams: point, score: null },
        ],
        'maximize',
      ).trials,
    ).toEqual([
      { hparams: point, score: -0.9 },
      { hparams: point, score: null },
    ]);
    expect(fit([{ hparams: point, score: 0.9 }], 'minimize').trials[0]?.score).toBe(0.9);
    expect(Object.is(fit([{ hparams: point, score: 0 }], 'maximize').trials[0]?.score, 0)).toBe(true);
  });

  it.each([
    [{ weightDecay: 0 }, 'weightDecay must lie between 0.000001 and 0.01'],
    [{ weightDecay: 'a lot' }, 'weightDecay must be a number'],
    [{ weightDecay: '' }, 'weightDecay must be a number'],
    [{ weightDecay: Infinity }, 'weightDecay must be a number'],
    [{ units: 32.5 }, 'units must be a whole number'],
    [{ units: '129' }, 'units must lie between 16 and 128'],
    [{ regularizer: 'l2' }, 'regularizer must be one of none, dropout'],
    [{ regularizer: 1 }, 'regularizer must be one of none, dropout'],
    [{ other: 1 }, 'no hyperparameter of the space has a value'],
    [{ weightDecay: null }, 'no hyperparameter of the space has a value'],
  ])('with %j are none of the space, and counted', (hparams, reason) => {
    const { trials, notes } = fit([
      { hparams, score: 1 },
      { hparams: { weightDecay: 1e-3 }, score: 1 },
    ]);
    expect(trials).toHaveLength(1);
    expect(notes[0]).toBe(`1 of 2 trials could not be used: 1 ${reason}`);
  });

  it('are told of in a few sentences: what was left out, what made no difference, what has no value', () => {
    const trials = Array.from({ length: 5 }, (_, i) => ({
      hparams: {
        weightDecay: i === 0 ? 1 : 1e-3,
        momentum: 0.9,
        noise: i,
        regularizer: i === 1 ? 'dropout' : 'none',
        units: 16,
        flag: true,
      },
      score: i,
    }));
    expect(fit(trials, 'minimize', new Map([['not ended', 2]])).notes).toEqual([
      '3 of 7 trials could not be used: 2 not ended, 1 weightDecay must lie between 0.000001 and 0.01',
      'noise varied among its trials, but is not in the space: what that did looks like noise',
      'dropoutRate has no value in 1 of its trials',
    ]);
  });

  it('say nothing more where all is well', () => {
    expect(
      fit([{ hparams: { weightDecay: 1e-3, units: 16, regularizer: 'none', flag: false }, score: 1 }]).notes,
    ).toEqual([]);
  });
});
