import { RegressionScorer } from '../../../../activities/training/tasks/regression';

const TARGETS = [
  [-0.6, 80.9],
  [1, 113.3],
  [-0.2, 117.7],
  [-0.7, 101.5],
  [0.2, 89.4],
  [0.4, 119.4],
  [-1, 109],
  [-0.2, 117.7],
];
const ANSWERS = [
  [-0.4, 89],
  [1.3, 116.3],
  [-0.9, 134.4],
  [-1.4, 104.4],
  [0.5, 79.3],
  [0.5, 133.4],
  [-1, 98.3],
  [-1.7, 106],
];

function scored(targets: readonly (readonly number[])[], answers = ANSWERS): RegressionScorer {
  const scorer = new RegressionScorer(2);
  const rows = targets.map((row, i) => Float32Array.of(i, ...answers[i]!, ...row));
  scorer.add(rows.slice(0, 3));
  scorer.add(rows.slice(3));
  return scorer;
}

it('scores numbers as scikit-learn does', () => {
  const { loss, mse, mae, r2 } = scored(TARGETS).values();
  // 1.9.1: mean_squared_error, mean_absolute_error, r2_score.
  expect(mse).toBeCloseTo(57.1725, 4);
  expect(mae).toBeCloseTo(5.0625, 5);
  expect(r2).toBeCloseTo(0.10309195527359549, 6);
  expect(loss).toBe(3.5);
});

it('keeps the variance of targets far from 0', () => {
  const far = TARGETS.map((row) => row.map((value) => 1e6 + Math.round(value)));
  const { r2 } = scored(
    far,
    TARGETS.map((row) => row.map((value) => 1e6 + Math.round(value))),
  ).values();
  expect(r2).toBe(1);
  // Answers that are all the mean explain nothing.
  const zeroMean = [
    [-1, -2],
    [1, 2],
  ].map((row) => row.map((value) => 1e6 + value));
  expect(
    scored(
      zeroMean,
      zeroMean.map(() => [1e6, 1e6]),
    ).values().r2,
  ).toBe(0);
});

it('has no share explained of targets that are all the same, and no value of answers that are not finite', () => {
  expect(
    scored([
      [1, 1],
      [1, 1],
    ]).values().r2,
  ).toBeNull();
  expect(
    scored(
      TARGETS,
      ANSWERS.map(() => [Number.NaN, 1]),
    ).values(),
  ).toMatchObject({ mse: null, mae: null, r2: null });
});
