import { MINIMAL, parsed, problems, withSpace, withStages } from './parsing';

describe('a space of optimizers and schedules', () => {
  it('has constants under the branch that reads them', () => {
    const space = {
      optimizer: {
        branches: {
          adam: { beta1: { uniform: [0.8, 0.95] }, beta2: { choice: [0.99, 0.999] } },
          sgd: {},
          momentum: { momentum: { uniform: [0.8, 0.99] } },
        },
      },
      schedule: { branches: { constant: {}, cosine: {}, exponential: { factorPerEpoch: { uniform: [0.7, 1] } } } },
      warmupSteps: { integer: [0, 40] },
      epochs: { integer: [4, 20] },
    };
    expect(parsed(withSpace(space)).stages[0]?.options).toMatchObject({
      space: {
        optimizer: { choice: ['adam', 'sgd', 'momentum'] },
        beta1: { when: { optimizer: 'adam' } },
        momentum: { when: { optimizer: 'momentum' } },
        factorPerEpoch: { when: { schedule: 'exponential' } },
      },
    });
  });

  it('must name optimizers and schedules that there are', () => {
    expect(problems(withSpace({ optimizer: { choice: ['adam', 'rmsProp'] } }))).toMatch(
      /stages.0.space.optimizer: must be among sgd, .*, got "rmsProp"; did you mean "rmsprop"\?/,
    );
    expect(problems(withSpace({ schedule: { branches: { cosine: {}, ramp: {} } } }))).toMatch(
      /stages.0.space.schedule: must be among constant, .*, got "ramp"/,
    );
    expect(problems(withSpace({ optimizer: { uniform: [0, 1] } }))).toMatch(
      /must be a choice, branches, or an ordinal/,
    );
  });

  it('must have constants that something reads', () => {
    expect(problems(withSpace({ rho: { uniform: [0.8, 0.99] } }))).toMatch(
      /stages.0.space.rho: is not read by the optimizer adam.*; use one of rmsprop, or leave it out/,
    );
    expect(problems(withSpace({ finalFactor: { uniform: [0, 0.1] } }))).toMatch(
      /stages.0.space.finalFactor: is not read by the schedule constant/,
    );
    const flat = { optimizer: { choice: ['adam', 'sgd', 'momentum'] }, beta1: { uniform: [0.8, 0.95] } };
    expect(problems(withSpace(flat))).toMatch(
      /stages.0.space.beta1: is not read by the optimizer sgd, momentum; put it into the branches of optimizer that read it, or add when: { optimizer: \[adam\] }/,
    );
    const later = withStages(
      { stage: 'sweep', space: { optimizer: { choice: ['adam', 'rmsprop'] } } },
      { stage: 'sweep', space: { rho: { uniform: [0.8, 0.99] } } },
    );
    expect(problems(later)).toBe('');
  });

  it('must keep to the range of each', () => {
    expect(problems(withSpace({ beta1: { uniform: [0.5, 1] } }))).toMatch(
      /beta1.uniform: must lie between 0 and 0.9999/,
    );
    expect(problems(withSpace({ epochs: { uniform: [1, 5] } }))).toMatch(/epochs.uniform: must be integer, choice/);
  });

  it('must not be settled beside it', () => {
    const epochs = { stage: 'sweep', epochs: 4, space: { epochs: { integer: [2, 8] } } };
    expect(problems(withStages(epochs))).toMatch(/stages.0.epochs: must be left out where the space varies epochs/);
    const grown = {
      ...withSpace({ schedule: { choice: ['cosine', 'exponential'] } }),
      training: { schedule: { name: 'exponential' }, batchSizeSchedule: { name: 'decayToGrowth' } },
    };
    expect(problems(grown)).toMatch(/stages.0.space.schedule: must be left out: training.batchSizeSchedule/);
  });
});

describe('a space of growth', () => {
  it('lists kinds of growth, the study starting with its own', () => {
    const study = parsed(withSpace({ batchGrowth: { choice: ['none', 'doubling', 'noiseScale'] } }));
    expect(study.training.hparams['batchGrowth']).toBe('none');
    const grown = {
      ...withSpace({ batchGrowth: { choice: ['none', 'milestones'] } }),
      training: { batchSizeSchedule: { name: 'milestones', at: [{ epoch: 2, batchSize: 64 }] } },
    };
    expect(parsed(grown).training.hparams['batchGrowth']).toBe('milestones');
  });

  it('must list what the study can do', () => {
    const growing = (values: readonly string[], training: object = {}, more: object = {}): string =>
      problems({ ...withSpace({ batchGrowth: { choice: values }, ...more }), training });
    expect(growing(['none', 'milestones'])).toMatch(
      /stages.0.space.batchGrowth: needs the sizes of milestones in training.batchSizeSchedule/,
    );
    expect(growing(['none', 'decayToGrowth'])).toMatch(
      /batchGrowth: needs a training.schedule that says where the learning rate falls: .* not constant/,
    );
    const falling = { schedule: { name: 'exponential' } };
    expect(growing(['none', 'decayToGrowth'], falling)).toBe('');
    expect(growing(['none', 'decayToGrowth'], falling, { schedule: { choice: ['constant', 'cosine'] } })).toMatch(
      /space.schedule: must be left out: batchGrowth decayToGrowth/,
    );
    expect(growing(['none', 'double'])).toMatch(/must be among none, doubling, .*, got "double"/);
  });
});

describe('a part of the training', () => {
  it('is given in its own place, and is no hyperparameter of a model', () => {
    const hparams = { optimizer: 'sgd', beta1: 0.8, epochs: 3, factorPerEpoch: 0.9 };
    const text = problems({ ...MINIMAL, training: { hparams } });
    expect(text).toMatch(/training.hparams.optimizer: has a place of its own.*; set training.optimizer.name/);
    expect(text).toMatch(/training.hparams.beta1: .*; set training.optimizer.beta1/);
    expect(text).toMatch(/training.hparams.epochs: .*; set training.epochs/);
    expect(text).toMatch(/training.hparams.factorPerEpoch: .*; set training.schedule.factorPerEpoch/);
    const model = { layers: [{ layer: 'flatten' }, { layer: 'dense', units: { hparam: 'epochs' } }] };
    expect(problems({ ...MINIMAL, model })).toMatch(/model.layers.1.units: must not read epochs/);
  });
});
