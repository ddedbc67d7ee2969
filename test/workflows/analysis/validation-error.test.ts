import {
  detectableByExamples,
  isSaturated,
  samplingError,
  wrongAtMost,
} from '../../../workflows/analysis/validation-error';
import { uniform } from '../../../workflows/search/random';

const LOSS = { metric: 'valLoss', direction: 'minimize' } as const;
const ACCURACY = { metric: 'valAccuracy', direction: 'maximize' } as const;

it('counts what can still be wrong at a score', () => {
  expect(wrongAtMost({ score: 0.98, examples: 300, objective: ACCURACY })).toBeCloseTo(6, 9);
  expect(wrongAtMost({ score: 0.0035, examples: 287, objective: LOSS })).toBeCloseTo(1.449, 3);
  expect(wrongAtMost({ score: 2.3, examples: 10, objective: LOSS })).toBe(10);
});

it('calls a set saturated where single examples decide', () => {
  expect(isSaturated({ score: 0.0035, examples: 287, objective: LOSS })).toBe(true);
  expect(isSaturated({ score: 0.1, examples: 287, objective: LOSS })).toBe(false);
  expect(isSaturated({ score: 0.995, examples: 300, objective: ACCURACY })).toBe(true);
  expect(isSaturated({ score: 0.9, examples: 300, objective: ACCURACY })).toBe(false);
});

it('gives the spread that accuracies have over sets of as many examples', () => {
  const [examples, truth, sets] = [200, 0.9, 2000];
  const accuracies = Array.from({ length: sets }, (_, set) => {
    let right = 0;
    for (let i = 0; i < examples; i++) right += Number(uniform(set + 1, i) < truth);
    return right / examples;
  });
  const middle = accuracies.reduce((sum, one) => sum + one, 0) / sets;
  const spread = Math.sqrt(accuracies.reduce((sum, one) => sum + (one - middle) ** 2, 0) / sets);
  expect(samplingError({ score: truth, examples, objective: ACCURACY }) / spread).toBeCloseTo(1, 1);
});

it('shows less the fewer examples there are, and the more contenders', () => {
  const of = (examples: number, contenders = 1) =>
    detectableByExamples({ score: 0.9, examples, objective: ACCURACY }, contenders);
  expect(of(1000)).toBeLessThan(of(100));
  expect(of(100, 5)).toBeGreaterThan(of(100));
  expect(detectableByExamples({ score: 1, examples: 100, objective: ACCURACY })).toBeGreaterThan(0);
  expect(Math.exp(detectableByExamples({ score: 0.1, examples: 1000, objective: LOSS }))).toBeCloseTo(1.34, 2);
});
