import { parsed, problems, SWEEP, withSpace, withStages } from './parsing';

describe('a space', () => {
  it('takes every kind of dimension', () => {
    const space = {
      weightDecay: { logUniform: [1e-6, 1e-2] },
      dropoutRate: { uniform: [0, 0.6], step: 0.1 },
      batchSize: { integer: [16, 64], step: 16 },
      flip: { choice: [0, 0.5] },
      labelSmoothing: { constant: 0.1 },
    };
    expect(parsed(withSpace(space)).stages[0]?.options).toMatchObject({ space });
  });

  it('takes conditions and branches, and flattens what is nested', () => {
    const space = {
      regularizer: {
        branches: {
          none: {},
          dropout: { dropoutRate: { uniform: [0.1, 0.6], step: 0.1 } },
          decay: { weightDecay: { logUniform: [1e-6, 1e-2] }, l2: { ordinal: [0, 1e-4, 1e-3] } },
        },
      },
      batchSize: { integer: [16, 256], log: true },
      flip: { choice: [0, 0.5], when: { batchSize: [16, 32] } },
    };
    expect(parsed(withSpace(space)).stages[0]?.options).toMatchObject({
      space: {
        regularizer: { choice: ['none', 'dropout', 'decay'] },
        dropoutRate: { uniform: [0.1, 0.6], step: 0.1, when: { regularizer: 'dropout' } },
        weightDecay: { logUniform: [1e-6, 1e-2], when: { regularizer: 'decay' } },
        l2: { ordinal: [0, 1e-4, 1e-3], when: { regularizer: 'decay' } },
        batchSize: { integer: [16, 256], log: true },
        flip: { choice: [0, 0.5], when: { batchSize: [16, 32] } },
      },
    });
  });

  it('takes factors on what the study will hold', () => {
    expect(parsed(withSpace({ learningRate: { times: [0.5, 1, 2] } })).stages[0]?.options).toMatchObject({
      space: { learningRate: { ordinal: [0.5, 1, 2], isRelative: true } },
    });
    expect(parsed(withSpace({ dropoutRate: { times: [1, 4] } })).stages[0]?.options).toMatchObject({
      space: { dropoutRate: { ordinal: [1, 4] } },
    });
  });
});

describe('what is wrong', () => {
  it('is a space that is empty, misspelt, out of range or of the wrong kind', () => {
    expect(problems(withSpace({}))).toMatch(/stages.0.space: must have at least one hyperparameter/);
    expect(problems(withSpace({ droputRate: { uniform: [0, 0.5] } }))).toMatch(
      /stages.0.space.droputRate: nothing reads this hyperparameter.*did you mean "dropoutRate"/,
    );
    expect(problems(withSpace({ dropoutRate: { unifrom: [0, 0.5] } }))).toMatch(/stages.0.space.dropoutRate/);
    expect(problems(withSpace({ dropoutRate: { uniform: [0, 3] } }))).toMatch(
      /stages.0.space.dropoutRate.uniform: must lie between 0 and 0.95/,
    );
    expect(problems(withSpace({ dropoutRate: { uniform: [0.5, 0.1] } }))).toMatch(
      /stages.0.space.dropoutRate.uniform: must rise from the lowest to the highest value/,
    );
    expect(problems(withSpace({ weightDecay: { logUniform: [0, 0.1] } }))).toMatch(
      /stages.0.space.weightDecay.logUniform.0: must be above 0/,
    );
    expect(problems(withSpace({ batchSize: { uniform: [16, 64] } }))).toMatch(
      /stages.0.space.batchSize.uniform: must be integer, choice or ordinal/,
    );
    expect(problems(withStages({ stage: 'regularizationSweep' }))).toMatch(/stages.0.space: is required/);
  });

  it('is a factor twice or below 0, a point that names a multiple, and a condition on one', () => {
    expect(problems(withSpace({ learningRate: { times: [1, 1] } }))).toMatch(
      /stages.0.space.learningRate.times: must not have a value twice/,
    );
    expect(problems(withSpace({ learningRate: { times: [-1] } }))).toMatch(
      /stages.0.space.learningRate.times.0: must be above 0/,
    );
    expect(
      problems(withSpace({ learningRate: { times: [1, 2] }, flip: { choice: [0, 1], when: { learningRate: 1 } } })),
    ).toMatch(/stages.0.space.flip.when.learningRate: must name a hyperparameter whose values are known/);
    expect(
      problems(
        withStages({
          stage: 'regularizationSweep',
          space: { learningRate: { times: [1, 2] } },
          enqueue: [{ learningRate: 2 }],
        }),
      ),
    ).toMatch(/stages.0.enqueue.0.learningRate: must be left out/);
  });

  it('is a choice or a constant that is no number, for a hyperparameter that is one', () => {
    expect(
      problems(
        withSpace({
          weightDecay: { choice: ['a', 'b'] },
          l2: { constant: true },
          batchSize: { choice: [16, 'many'] },
          flip: { choice: [false, true] },
        }),
      ).split('\n'),
    ).toEqual([
      'stages.0.space.weightDecay.choice: must be numbers, got ["a","b"]',
      'stages.0.space.l2.constant: must be numbers, got true',
      'stages.0.space.batchSize.choice: must be numbers, got [16,"many"]',
      'stages.0.space.flip.choice: must be numbers, got [false,true]',
    ]);
    const model = { layers: [{ layer: 'dense', units: 10, activation: { hparam: 'unit' } }] };
    expect(
      problems({ ...withSpace({ unit: { choice: ['relu', 'elu'] } }), model, training: { hparams: { unit: 'relu' } } }),
    ).toBe('');
  });

  it('is a value that is chosen twice, and a step that leads out of its range', () => {
    expect(
      problems(
        withSpace({
          weightDecay: { choice: [0.1, 0.01, 0.1] },
          l2: { uniform: [0, 0.1], step: 5 },
          batchSize: { integer: [16, 32], step: 17 },
        }),
      ).split('\n'),
    ).toEqual([
      'stages.0.space.weightDecay.choice: must not have a value twice, got [0.1,0.01,0.1]',
      'stages.0.space.l2.step: must be at most the highest less the lowest value, got 5',
      'stages.0.space.batchSize.step: must be at most the highest less the lowest value, got 17',
    ]);
    expect(
      problems(withSpace({ l2: { uniform: [0.1, 0.3], step: 0.2 }, batchSize: { integer: [16, 32], step: 16 } })),
    ).toBe('');
  });

  it.each([
    ['choise', [0.1, 0.2], 'choice'],
    ['unifrom', [0, 0.1], 'uniform'],
    ['logunifrom', [0.1, 0.2], 'logUniform'],
    ['intgr', [0, 1], 'integer'],
    ['konstant', 0.1, 'constant'],
  ])('is a kind of dimension that is misspelt %s: one mistake, one problem', (key, value, meant) => {
    expect(problems(withSpace({ weightDecay: { [key]: value } }))).toBe(
      `stages.0.space.weightDecay.${key}: unknown key, got ${JSON.stringify(value)}; did you mean "${meant}"?`,
    );
  });

  it('is a condition on nothing, in a circle or on a value that never is, wherever it stands, beside all else', () => {
    expect(
      problems(
        withSpace({
          kind: {
            branches: {
              plain: {},
              other: {
                dropoutRate: { uniform: [0, 3] },
                l2: { unifrom: [0, 1] },
                flip: { choice: [0, 1], when: { kidn: 'plain' } },
              },
            },
          },
          l1: { constant: 0, when: { kind: 'none' } },
          shift: { choice: [0, 0.1], when: { cutout: 0.5 } },
          cutout: { choice: [0, 0.5], when: { shift: 0.1 } },
        }),
      ).split('\n'),
    ).toEqual([
      'stages.0.space.kind.branches.other.l2.unifrom: unknown key, got [0,1]; did you mean "uniform"?',
      'stages.0.space.kind.branches.other.dropoutRate.uniform: must lie between 0 and 0.95, got [0,3]',
      'stages.0.space.kind.branches.other.flip.when.kidn: must be the name of another hyperparameter of this space (kind, dropoutRate, l2, l1, shift, cutout), got "plain"',
      'stages.0.space.l1.when.kind: must be values that kind can have, which "none" cannot be, got "none"',
      'stages.0.space.shift.when.cutout: must not depend on itself: shift -> cutout -> shift, got 0.5',
      'stages.0.space.cutout.when.shift: must not depend on itself: cutout -> shift -> cutout, got 0.1',
    ]);
  });

  it('is a space of choices for cmaes', () => {
    expect(
      problems(
        withStages({ stage: 'regularizationSweep', space: { flip: { choice: [0, 0.5] } }, sampler: { name: 'cmaes' } }),
      ),
    ).toMatch(/^stages.0.space: must have a range or an ordinal without a condition.*use tpe/);
  });

  it('is a grid larger than the trials', () => {
    const space = {
      dropoutRate: { uniform: [0, 0.5] },
      weightDecay: { logUniform: [1e-6, 1e-2] },
      flip: { choice: [0, 0.5] },
    };
    expect(problems(withStages({ stage: 'regularizationSweep', space, sampler: { name: 'grid' } }))).toBe(
      'stages.0.trials: must be at least 19: every point of the grid, and the study as it stands',
    );
    expect(problems(withStages({ stage: 'regularizationSweep', space, sampler: { name: 'grid', levels: 2 } }))).toBe(
      '',
    );
  });

  it('is a sampler that is none', () => {
    expect(problems(withStages({ ...SWEEP, sampler: { name: 'randm' } }))).toMatch(
      /stages.0.sampler.name: must be one of random, grid, halton, sobol, tpe, cmaes, nsga2, gp, got "randm"; did you mean "random"\?/,
    );
  });
});
