import { areaUnderCurve } from '../../../../activities/training/tasks/area-under-curve';
import { CalibrationError } from '../../../../activities/training/tasks/calibration';
import { ClassificationScorer, classificationRow } from '../../../../activities/training/tasks/classification';
import { SCORES_MAX } from '../../../../activities/training/tasks/scorer';

const NAMES = ['ant', 'bee', 'cat', 'dog'];
const LABELS = [0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 1, 0];
const LOGITS = [
  [3.34, -0.7, 0.05, -0.39],
  [-0.38, 0, 0, -3.63],
  [2.33, 0.9, -0.94, -1.26],
  [1.56, -0.39, -0.36, -3.18],
  [1.63, 0.19, 0.41, -3.29],
  [3.34, -0.7, 0.05, -0.39],
  [-0.07, -1.38, -0.61, -4.43],
  [1.57, 0.18, -1.11, 0.61],
  [-2.48, 0.8, -2.3, -1.99],
  [-1.81, 2.19, 3.45, -1.49],
  [1.26, -0.27, 1.65, -2.13],
  [-2.56, -2.7, 1.37, 2.37],
  [0.4, 0.01, 2.87, -0.64],
  [0.95, 0.38, -0.2, -1.46],
];

/** Rows as an engine gives them. */
const ROWS = LOGITS.map((logits, i) => {
  const total = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
  const scores = logits.map((logit) => logit - total);
  const answer = logits.indexOf(Math.max(...logits));
  return Float32Array.of(-scores[LABELS[i]!]!, answer, LABELS[i]!, ...scores);
});

function scored(rows: readonly Float32Array[], chunk = rows.length): ClassificationScorer {
  const scorer = new ClassificationScorer(NAMES, rows.length);
  for (let from = 0; from < rows.length; from += chunk) scorer.add(rows.slice(from, from + chunk));
  return scorer;
}

describe('a classification', () => {
  // scikit-learn 1.9.1: log_loss, accuracy_score, f1_score(average='macro'), balanced_accuracy_score, roc_auc_score of
  // each class that is there against the rest; no example is a dog, and one is taken for one.
  it('scores as scikit-learn does, a class that no example has included', () => {
    const { loss, accuracy, macroF1, balancedAccuracy, auc, expectedCalibrationError } = scored(ROWS).values();
    expect(loss).toBeCloseTo(1.3935118957, 6);
    expect(accuracy).toBe(0.5);
    expect(macroF1).toBeCloseTo(0.3214285714285714, 14);
    expect(balancedAccuracy).toBeCloseTo(0.4444444444444445, 14);
    expect(auc).toBeCloseTo(0.5895833333333335, 14);
    // 15 bins of numpy's float64 probabilities.
    expect(expectedCalibrationError).toBeCloseTo(0.41961588997500854, 6);
  });

  it('has the recall and the precision of each class, and who was taken for whom', () => {
    const { perClass, confusion, topK } = scored(ROWS).details();
    expect(perClass?.recall).toEqual([5 / 6, 0, 0.5, null]);
    expect(perClass?.precision).toEqual([5 / 8, 0, 2 / 3, 0]);
    expect(confusion).toEqual({
      classNames: NAMES,
      counts: [
        [5, 1, 0, 0],
        [3, 0, 1, 0],
        [0, 1, 2, 1],
        [0, 0, 0, 0],
      ],
    });
    expect(topK).toBeUndefined();
  });

  it('scores the same however many examples come at a time', () => {
    const whole = scored(ROWS);
    for (const chunk of [1, 4, 13]) {
      const { loss, ...others } = scored(ROWS, chunk).values();
      expect({ ...scored(ROWS, chunk).details(), ...others }).toEqual({
        ...whole.details(),
        ...whole.values(),
        loss: undefined,
      });
      expect(loss).toBeCloseTo(whole.values().loss!, 12);
    }
  });

  it('counts labels among the first answers where there are more classes than those', () => {
    const names = Array.from({ length: 7 }, (_, i) => `${i}`);
    const scorer = new ClassificationScorer(names, 2);
    const row = classificationRow(7);
    expect(row).toMatchObject({ inTop: 3, scores: 4 });
    scorer.add([Float32Array.of(1, 2, 3, 1, 0, 0, 0, 0, 0, 0, 0), Float32Array.of(1, 2, 4, 0, 0, 0, 0, 0, 0, 0, 0)]);
    expect(scorer.details().topK).toEqual({ k: 5, accuracy: 0.5 });
  });

  it('of answers that are not finite has no value that rests on them', () => {
    const lost = ROWS.map((row) => row.map((value, place) => (place === 1 || place === 2 ? value : Number.NaN)));
    expect(scored(lost).values()).toMatchObject({
      loss: null,
      accuracy: 0.5,
      auc: null,
      expectedCalibrationError: null,
    });
  });

  it('leaves the area under the curve out where the scores are too many to hold', () => {
    const scorer = new ClassificationScorer(NAMES, SCORES_MAX / NAMES.length + 1);
    scorer.add(ROWS);
    expect(scorer.values()).toMatchObject({ accuracy: 0.5, auc: null });
  });
});

it('counts pairs for the area under the curve, ties half', () => {
  const labels = [0, 0, 1, 1, 1, 0];
  const scores = Float32Array.of(0.1, 0.4, 0.35, 0.8, 0.4, 0.4);
  // By hand: of 9 pairs 0.8 wins 3, 0.4 wins 1 and ties 2, 0.35 wins 1. scikit-learn says 0.6666666666666667.
  expect(areaUnderCurve(scores, (i) => labels[i] === 1)).toBe(6 / 9);
  expect(areaUnderCurve(scores, () => true)).toBeNull();
});

it('compares confidence and accuracy bin by bin', () => {
  const calibration = new CalibrationError();
  // Of 15 bins: two answers in (12/15, 13/15], one of them right; one in (0, 1/15], wrong; the bounds are the lower bin's.
  calibration.add(13 / 15, true);
  calibration.add(12.5 / 15, false);
  calibration.add(1 / 15, false);
  expect(calibration.value()).toBeCloseTo((Math.abs(25.5 / 15 - 1) + 1 / 15) / 3, 12);
});
