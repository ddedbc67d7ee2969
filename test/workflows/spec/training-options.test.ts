import { parseStudy } from '../../../workflows/spec';
import type { TrainingSpec } from '../../../workflows/words/study';

const study = (training: object): object => ({
  name: 'a',
  dataset: { format: 'idx', uri: 'examples/data/digits' },
  model: { preset: 'lenet5' },
  training,
  stages: [{ stage: 'finalTrain' }],
});

function training(input: object): TrainingSpec {
  const result = parseStudy(study(input));
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.study.training;
}

function problems(input: object): string {
  const result = parseStudy(study(input));
  return result.ok ? '' : result.problems.map(({ path, rule }) => `${path}: ${rule}`).join('\n');
}

describe('early stopping', () => {
  it('is by patience unless a rule is named', () => {
    expect(training({ earlyStopping: { patience: 3 } }).earlyStopping).toEqual({
      rule: 'patience',
      patience: 3,
      minDelta: 0,
    });
    expect(training({ earlyStopping: {} }).earlyStopping).toEqual({ rule: 'patience', patience: 5, minDelta: 0 });
    expect(training({}).earlyStopping).toBeNull();
  });

  it("has the thresholds of Prechelt's paper for its rules", () => {
    const rules = ['GL', 'PQ', 'UP'].map((rule) => training({ earlyStopping: { rule } }).earlyStopping);
    expect(rules).toEqual([
      { rule: 'GL', alpha: 5 },
      { rule: 'PQ', alpha: 0.75, stripEpochs: 5 },
      { rule: 'UP', strips: 4, stripEpochs: 5 },
    ]);
  });

  it('is refused with a setting of another rule, or of a rule that is none', () => {
    expect(problems({ earlyStopping: { rule: 'GL', patience: 3 } })).toMatch(
      /training.earlyStopping.patience: unknown key/,
    );
    expect(problems({ earlyStopping: { rule: 'gl' } })).toMatch(/training.earlyStopping.rule: must be one of/);
  });
});

describe('batches that grow', () => {
  it('have their defaults filled', () => {
    expect(training({ batchSizeSchedule: { name: 'doubling', every: 2 } }).batchSizeSchedule).toEqual({
      name: 'doubling',
      every: 2,
      learningRate: 'keep',
    });
    expect(training({ batchSizeSchedule: { name: 'noiseScale' } }).batchSizeSchedule).toEqual({
      name: 'noiseScale',
      measureEverySteps: 50,
      learningRate: 'keep',
    });
    expect(training({})).not.toHaveProperty('batchSizeSchedule');
  });

  it('must rise', () => {
    const at = (...list: readonly (readonly [number, number])[]): object => ({
      batchSizeSchedule: { name: 'milestones', at: list.map(([epoch, batchSize]) => ({ epoch, batchSize })) },
    });
    expect(problems(at([1, 64], [2, 128]))).toBe('');
    expect(problems(at([2, 64], [1, 128]))).toMatch(
      /training.batchSizeSchedule.at: must have rising epochs and rising batch sizes/,
    );
    expect(problems(at([1, 64], [2, 64]))).toMatch(/must have rising epochs and rising batch sizes/);
  });

  it('take the place of a learning rate that falls, and of no other', () => {
    const sizes = { batchSizeSchedule: { name: 'decayToGrowth' } };
    const piecewise = (...factors: readonly number[]): object => ({
      ...sizes,
      schedule: { name: 'piecewise', milestones: factors.map((factor, i) => ({ epoch: i + 1, factor })) },
    });
    expect(problems({ ...sizes, schedule: { name: 'exponential' } })).toBe('');
    expect(problems(piecewise(0.1, 0.01))).toBe('');
    expect(problems(sizes)).toMatch(
      /training.batchSizeSchedule.name: needs a training.schedule that says where the learning rate falls: piecewise or exponential, not constant/,
    );
    expect(problems({ ...sizes, schedule: { name: 'exponential', factorPerEpoch: 1 } })).toMatch(
      /set a factorPerEpoch below 1/,
    );
    expect(problems(piecewise(0.1, 0.5))).toMatch(/whose factors fall/);
    expect(problems(piecewise(0.1, 0))).toMatch(/whose factors fall/);
  });
});

describe('momentum that is cycled', () => {
  const oneCycle = (cycledMomentum: object, name = 'adam'): object => ({
    optimizer: { name },
    schedule: { name: 'oneCycle', cycledMomentum },
  });

  it('has its ends filled, and is part of the schedule', () => {
    expect(training(oneCycle({})).schedule).toMatchObject({
      name: 'oneCycle',
      cycledMomentum: { max: 0.95, min: 0.85 },
    });
    expect(training({ schedule: { name: 'oneCycle' } }).schedule).not.toHaveProperty('cycledMomentum');
  });

  it('is refused upside down, and of an optimizer that has none', () => {
    expect(problems(oneCycle({ max: 0.8, min: 0.9 }))).toContain(
      'training.schedule.cycledMomentum.max: must be at least min',
    );
    expect(problems(oneCycle({}, 'sgd'))).toBe('training.schedule.cycledMomentum: is not read by the optimizer sgd');
    const result = parseStudy({
      ...study({ optimizer: { name: 'adagrad' } }),
      stages: [{ stage: 'lrRangeTest', cycledMomentum: { max: 0.9 } }],
    });
    expect(result).toMatchObject({
      ok: false,
      problems: [
        {
          path: 'stages.0.cycledMomentum',
          rule: 'is not read by the optimizer adagrad',
          fix: 'use one of momentum, nesterov, rmsprop, adam, adamw, or leave it out',
        },
      ],
    });
  });
});

describe('balance of the classes', () => {
  it('is left alone unless asked for', () => {
    expect(training({})).not.toHaveProperty('classWeights');
    expect(training({ sampler: 'shuffled' })).not.toHaveProperty('sampler');
    expect(training({ classWeights: 'balanced', sampler: 'balanced' })).toMatchObject({
      classWeights: 'balanced',
      sampler: 'balanced',
    });
    expect(training({ classWeights: { cat: 2 } }).classWeights).toEqual({ cat: 2 });
  });

  it('takes positive weights and the samplers that there are', () => {
    expect(problems({ classWeights: { cat: 0 } })).toContain('training.classWeights');
    expect(problems({ classWeights: 'even' })).toContain('training.classWeights');
    expect(problems({ sampler: 'weighted' })).toContain('training.sampler: must be one of');
  });
});
