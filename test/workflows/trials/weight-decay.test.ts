import { scheduledLearningRate } from '../../../workflows/trials/schedules';
import { sweep } from '../../../workflows/stages/sweep/stage';
import { trainingOf } from '../../../workflows/trials/trial-training';
import { decayFor, shrinkage, sumOfFactors } from '../../../workflows/trials/weight-decay';
import type { ScheduleSpec } from '../../../workflows/words/schedule';
import { contextOf, drive, FACTS, INCUMBENT, optionsOf } from '../../support/stages';
import { problems, withSpace } from '../spec/parsing';

const SCHEDULES: readonly ScheduleSpec[] = [
  { name: 'constant', warmupSteps: 40 },
  { name: 'exponential', factorPerEpoch: 0.8, warmupSteps: 0 },
  { name: 'cosine', finalFactor: 0.1, warmupSteps: 20 },
  { name: 'piecewise', milestones: [6, 9, 40].map((epoch, i) => ({ epoch, factor: 0.1 ** (i + 1) })) },
  { name: 'oneCycle', peakFraction: 0.3, initialFactor: 0.04, finalFactor: 0 },
];

describe('the sum of learning rates', () => {
  it.each(SCHEDULES)('is that of the trainer’s steps under $name', (schedule) => {
    const [stepsTotal, epochs] = [432, 12];
    let sum = 0;
    let left = 1;
    for (let step = 0; step < stepsTotal; step++) {
      const position = { step, stepsTotal, stepsPerEpoch: stepsTotal / epochs };
      const rate = scheduledLearningRate(schedule, 0.02, position, { factor: 1, best: null, epochsWithout: 0 });
      sum += rate;
      left *= 1 - rate * 0.05;
    }
    const rates = 0.02 * sumOfFactors(schedule, { steps: stepsTotal, epochs });
    expect(rates / sum).toBeGreaterThan(0.98);
    expect(rates / sum).toBeLessThan(1.02);
    expect(Math.abs(shrinkage(0.05, rates) - (1 - left))).toBeLessThan(0.01);
    expect(shrinkage(decayFor(0.9, rates), rates)).toBeCloseTo(0.9, 12);
  });
});

describe('a range of weight decay by what it does', () => {
  const schedule = { name: 'cosine', finalFactor: 0 } as const;
  const facts = { ...FACTS, training: trainingOf({ ...FACTS.training, schedule, epochs: 12 }, INCUMBENT) };
  const options = optionsOf('sweep', { space: { weightDecay: { shrink: [0.01, 0.99] } }, trials: 20, replicates: 1 });
  const decaysAt = (learningRate: number): readonly number[] => {
    const { trials } = drive(sweep, contextOf(options, { facts, incumbent: { ...INCUMBENT, learningRate } }));
    return trials.slice(1).map(({ spec }) => Number(spec.hparams['weightDecay']));
  };

  it('follows the rate that the study holds when the stage begins', () => {
    const steps = (12 * FACTS.trainExamples) / 32;
    for (const learningRate of [0.001, 0.02]) {
      const shares = decaysAt(learningRate).map((decay) => shrinkage(decay, (learningRate * steps) / 2));
      expect(Math.min(...shares)).toBeGreaterThan(0.0099);
      expect(Math.max(...shares)).toBeLessThan(0.991);
      expect(Math.min(...shares)).toBeLessThan(0.1);
      expect(Math.max(...shares)).toBeGreaterThan(0.3);
    }
    const [slow, fast] = [decaysAt(0.001), decaysAt(0.02)];
    slow.forEach((decay, i) => expect(decay / fast[i]!).toBeCloseTo(20, 0));
  });

  it('is of shares, rising, and of weights alone', () => {
    expect(problems(withSpace({ weightDecay: { shrink: [0.5, 0.1] } }))).toMatch(/weightDecay.shrink: must rise/);
    expect(problems(withSpace({ weightDecay: { shrink: [0.1, 1] } }))).toMatch(/weightDecay.shrink.1: must be below 1/);
    expect(problems(withSpace({ dropoutRate: { shrink: [0.1, 0.5] } }))).toMatch(
      /dropoutRate.shrink: is for weightDecay/,
    );
  });
});
