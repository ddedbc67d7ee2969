import { averagePrecision } from '../../../../activities/training/tasks/average-precision';
import { MultiLabelScorer } from '../../../../activities/training/tasks/multi-label';

const LOGITS = [
  [-1.2, -0.3, 1.1],
  [3, -1.9, -0.9],
  [-0.4, -2.8, -1.4],
  [-1.5, 2.5, 0.6],
  [-0.4, 1.8, -0.5],
  [-2.6, -0.1, -0.9],
  [-0.5, 0, -3.4],
  [-0.4, 1.5, 1.3],
  [1.7, 1.7, 2.2],
  [-0.9, 2.1, -2.8],
];
const TRUTHS = [
  [0, 0, 0],
  [0, 0, 0],
  [1, 1, 0],
  [0, 1, 1],
  [0, 1, 0],
  [0, 1, 0],
  [1, 0, 0],
  [0, 0, 0],
  [0, 0, 0],
  [1, 1, 0],
];
const ROWS = LOGITS.map((logits, i) => {
  const losses = logits.map((x, j) => Math.max(x, 0) - x * TRUTHS[i]![j]! + Math.log1p(Math.exp(-Math.abs(x))));
  return Float32Array.of(losses.reduce((sum, loss) => sum + loss, 0) / 3, ...logits, ...TRUTHS[i]!);
});

function scored(rows: readonly Float32Array[], chunk = rows.length): MultiLabelScorer {
  const scorer = new MultiLabelScorer(3, rows.length);
  for (let from = 0; from < rows.length; from += chunk) scorer.add(rows.slice(from, from + chunk));
  return scorer;
}

// scikit-learn 1.9.1: accuracy_score, f1_score(average='macro' and 'micro'), roc_auc_score and average_precision_score
// (average='macro') of the same logits.
it('scores labels as scikit-learn does, ties included', () => {
  const { loss, exactMatch, macroF1, microF1, auc, meanAveragePrecision } = scored(ROWS, 3).values();
  expect(loss).toBeCloseTo(0.855115792295982, 6);
  expect(exactMatch).toBe(0.2);
  expect(macroF1).toBeCloseTo(0.3333333333333333, 14);
  expect(microF1).toBeCloseTo(0.4, 14);
  expect(auc).toBeCloseTo(0.6076190476190476, 14);
  expect(meanAveragePrecision).toBeCloseTo(0.46164021164021163, 14);
});

it('leaves labels that no example has out of what is ranked, and has no rank of what is not finite', () => {
  const without = ROWS.map((row) => row.map((value, place) => (place === 6 ? 0 : value)));
  expect(scored(without).values().meanAveragePrecision).toBeGreaterThan(scored(ROWS).values().meanAveragePrecision!);
  const lost = ROWS.map((row) => row.map((value, place) => (place < 4 ? Number.NaN : value)));
  expect(scored(lost).values()).toMatchObject({ loss: null, auc: null, meanAveragePrecision: null });
});

it('takes equal scores for one threshold of the average precision', () => {
  const isPositive = (labels: readonly number[]) => (i: number) => labels[i] === 1;
  // By hand: thresholds 0.9 (1 of 1), 0.5 (2 of 4): 1/2 * 1 + 1/2 * 2/4.
  expect(averagePrecision(Float32Array.of(0.9, 0.5, 0.5, 0.5), isPositive([1, 1, 0, 0]))).toBe(0.75);
  expect(averagePrecision(Float32Array.of(0.9, 0.5), isPositive([0, 0]))).toBeNull();
});
