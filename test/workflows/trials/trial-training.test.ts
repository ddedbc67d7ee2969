import { standingHParams, trainingOf } from '../../../workflows/trials/trial-training';
import { TRAINING_HPARAMS } from '../../../workflows/words/training-hparams';
import { FACTS } from '../../support/stages';
import { parsed } from '../spec/parsing';

const WRITTEN = {
  ...FACTS.training,
  optimizer: { name: 'adam', beta1: 0.95, beta2: 0.99, epsilon: 1e-5 },
  schedule: { name: 'cosine', finalFactor: 0.1, warmupSteps: 20 },
  epochs: 12,
} as const;

describe("a trial's training", () => {
  it('is the study’s where its hyperparameters say nothing of it', () => {
    const { written, ...training } = trainingOf(WRITTEN, { learningRate: 1e-3, momentum: 0.5 });
    expect(training).toEqual(WRITTEN);
    expect(written).toEqual(WRITTEN);
  });

  it('has the optimizer that they name, with the constants of its kind and those that they give', () => {
    expect(trainingOf(WRITTEN, { optimizer: 'rmsprop', rho: 0.99, beta1: 0.5 }).optimizer).toEqual({
      name: 'rmsprop',
      rho: 0.99,
      epsilon: 1e-7,
    });
    expect(trainingOf(WRITTEN, { optimizer: 'adam', beta2: 0.9 }).optimizer).toEqual({
      ...WRITTEN.optimizer,
      beta2: 0.9,
    });
    expect(trainingOf(WRITTEN, { optimizer: 'sgd', epsilon: 1 }).optimizer).toEqual({ name: 'sgd' });
  });

  it('has the schedule that they name, with the warm-up of the study', () => {
    const scheduleOf = (hparams: object) => trainingOf(WRITTEN, { ...hparams }).schedule;
    expect(scheduleOf({ schedule: 'constant' })).toEqual({ name: 'constant', warmupSteps: 20 });
    expect(scheduleOf({ schedule: 'exponential', finalFactor: 0.5 })).toEqual({
      name: 'exponential',
      factorPerEpoch: 0.95,
      warmupSteps: 20,
    });
    expect(scheduleOf({ finalFactor: 0, warmupSteps: 5 })).toEqual({ name: 'cosine', finalFactor: 0, warmupSteps: 5 });
    expect(scheduleOf({ schedule: 'piecewise' })).toEqual({
      name: 'piecewise',
      warmupSteps: 20,
      milestones: [
        { epoch: 6, factor: 0.1 },
        { epoch: 9, factor: 0.1 * 0.1 },
      ],
    });
  });

  it('keeps milestones of its own where nothing else is said of them', () => {
    const milestones = [{ epoch: 4, factor: 0.3 }];
    const own = { ...WRITTEN, schedule: { name: 'piecewise', milestones } } as const;
    expect(trainingOf(own, { schedule: 'piecewise' }).schedule).toEqual(own.schedule);
    expect(trainingOf(own, { firstMilestone: 0.5, milestoneFactor: 0.5 }).schedule).toEqual({
      name: 'piecewise',
      milestones: [
        { epoch: 6, factor: 0.5 },
        { epoch: 9, factor: 0.25 },
      ],
    });
  });

  it('follows from what the study wrote, whatever it was resolved for before', () => {
    const decided = trainingOf(WRITTEN, { optimizer: 'rmsprop', epochs: 24 });
    expect(decided.written.epochs).toBe(12);
    expect(trainingOf(decided, { optimizer: 'adam', epochs: 6 })).toEqual(
      trainingOf(WRITTEN, { optimizer: 'adam', epochs: 6 }),
    );
  });

  it('has batches that grow as they say, by the constants of the study or of that kind', () => {
    const growthOf = (study: Parameters<typeof trainingOf>[0], batchGrowth: string) =>
      trainingOf(study, { batchGrowth }).batchSizeSchedule;
    expect(growthOf(WRITTEN, 'doubling')).toEqual({ name: 'doubling', every: 3, learningRate: 'keep' });
    expect(growthOf(WRITTEN, 'decayToGrowth')).toEqual({ name: 'decayToGrowth', factor: 2 });
    expect(growthOf(WRITTEN, 'none')).toBeUndefined();
    const own = { name: 'doubling', every: 1, max: 99, learningRate: 'coScale' } as const;
    const growing = { ...WRITTEN, batchSizeSchedule: own };
    expect(growthOf(growing, 'doubling')).toEqual(own);
    expect(trainingOf(growing, { batchGrowth: 'none' })).not.toHaveProperty('batchSizeSchedule');
    expect(growthOf(trainingOf(growing, { batchGrowth: 'none' }), 'doubling')).toEqual(own);
    expect(standingHParams(growing)['batchGrowth']).toBe('doubling');
    expect(() => growthOf(WRITTEN, 'milestones')).toThrow(
      /must not be milestones: training.batchSizeSchedule says none/,
    );
  });

  it('refuses a name that there is not', () => {
    expect(() => trainingOf(WRITTEN, { optimizer: 'adamax' })).toThrow(
      /hparams.optimizer must be one of sgd, .*, got adamax/,
    );
  });
});

describe('what a study stands at', () => {
  it('trains as the study does', () => {
    const standing = standingHParams(WRITTEN);
    expect(standing).toMatchObject({ optimizer: 'adam', schedule: 'cosine', epochs: 12, warmupSteps: 20, beta1: 0.95 });
    expect(Object.keys(standing).every((name) => name in TRAINING_HPARAMS)).toBe(true);
    const { written: _written, ...training } = trainingOf(WRITTEN, standing);
    expect(training).toEqual(WRITTEN);
  });

  it('is part of the first hyperparameters where a space varies it, and of no others', () => {
    const study = parsed({
      name: 'one-sweep',
      dataset: { format: 'idx', uri: 'data' },
      model: { preset: 'mnist-cnn' },
      training: { schedule: { name: 'cosine', warmupSteps: 3 } },
      stages: [
        { stage: 'sweep', space: { optimizer: { choice: ['adam', 'sgd'] }, epochs: { times: [0.5, 1] } } },
        { stage: 'finalTrain' },
      ],
    });
    expect(study.training.hparams).toMatchObject({ optimizer: 'adam', epochs: 10 });
    expect(study.training.hparams).not.toHaveProperty('schedule');
    expect(study.training.hparams).not.toHaveProperty('beta1');
  });
});
