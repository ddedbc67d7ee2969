import { constantRate, shortEpochs, stretched } from '../../../workflows/stages/schedules';
import { FACTS } from '../../support/stages';

const training = { ...FACTS.training, epochs: 20 };

it('stretches what a schedule says in epochs, and leaves shares of the training as they are', () => {
  const piecewise = {
    name: 'piecewise',
    milestones: [
      { epoch: 10, factor: 0.1 },
      { epoch: 15, factor: 0.01 },
    ],
  } as const;
  expect(stretched({ ...training, schedule: piecewise }, 40, 4000)).toMatchObject({
    milestones: [
      { epoch: 20, factor: 0.1 },
      { epoch: 30, factor: 0.01 },
    ],
  });
  expect(stretched({ ...training, schedule: { name: 'exponential', factorPerEpoch: 0.81 } }, 40, 4000)).toMatchObject({
    factorPerEpoch: expect.closeTo(0.9, 12),
  });
  expect(stretched({ ...training, schedule: { name: 'cosine', finalFactor: 0.1 } }, 5, 500)).toEqual({
    name: 'cosine',
    finalFactor: 0.1,
    warmupSteps: 0,
  });
});

it('leaves the warm-up at most a tenth of a short training', () => {
  const schedule = { name: 'constant', warmupSteps: 100 } as const;
  expect(stretched({ ...training, schedule }, 20, 5000).warmupSteps).toBe(100);
  expect(stretched({ ...training, schedule }, 2, 500).warmupSteps).toBe(50);
  expect(constantRate({ ...training, schedule }, 45)).toEqual({ name: 'constant', warmupSteps: 4 });
});

it('takes a quarter for a short training, at least 500 steps, at most all', () => {
  const epochs = (whole: number, trainExamples: number): number =>
    shortEpochs({ ...training, epochs: whole }, trainExamples, 32);
  expect([1, 7, 8, 9, 40].map((whole) => epochs(whole, 50_000))).toEqual([1, 2, 2, 3, 10]);
  expect([1, 7, 12, 40, 100].map((whole) => epochs(whole, 1000))).toEqual([1, 7, 12, 16, 25]);
});
