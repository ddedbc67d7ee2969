import type { MetricName, Values } from '../../../workflows/tasks';
import { CONFUSION_CLASSES_MAX, type Evaluation, PER_CLASS_MAX, TOP_K } from '../../../workflows/words/outcome';
import { areaUnderCurve } from './area-under-curve';
import { CalibrationError } from './calibration';
import { finite, meanOf, type Scorer, SCORES_MAX } from './scorer';

/** Places in a row of an evaluation. */
export interface ClassificationRow {
  /** Cross-entropy of the example. */
  readonly loss: 0;
  readonly answer: 1;
  readonly label: 2;
  /** 1 for a label among the first `TOP_K` answers, else 0; `null` where there are no more classes than that. */
  readonly inTop: 3 | null;
  /** From here on: the logarithms of the probabilities of all classes. */
  readonly scores: number;
}

export const classificationRow = (classes: number): ClassificationRow => ({
  loss: 0,
  answer: 1,
  label: 2,
  inTop: classes > TOP_K ? 3 : null,
  scores: classes > TOP_K ? 4 : 3,
});

/** Scores one of several classes. Everything but the area under the curve needs only counts. */
export class ClassificationScorer implements Scorer {
  private readonly row: ClassificationRow;
  private readonly classes: number;
  /** Examples by class, answers by class, and those of them that are right. */
  private readonly actual: Int32Array;
  private readonly answered: Int32Array;
  private readonly right: Int32Array;
  /** By true class and by answer; `null` with more classes than a result carries. */
  private readonly confusion: readonly Int32Array[] | null;
  private readonly calibration = new CalibrationError();
  /** Scores of all examples, class by class, and their labels; `null` where they are too many to hold. */
  private readonly scores: readonly Float32Array[] | null;
  private readonly labels: Int32Array;
  private lossSum = 0;
  private inTop = 0;
  private examples = 0;

  /** @param examplesTotal All that will come. */
  constructor(
    private readonly classNames: readonly string[],
    examplesTotal: number,
  ) {
    const classes = classNames.length;
    this.classes = classes;
    this.row = classificationRow(classes);
    [this.actual, this.answered, this.right] = [0, 1, 2].map(() => new Int32Array(classes)) as [
      Int32Array,
      Int32Array,
      Int32Array,
    ];
    const perClass = <Item>(make: () => Item): Item[] => Array.from({ length: classes }, make);
    this.confusion = classes <= CONFUSION_CLASSES_MAX ? perClass(() => new Int32Array(classes)) : null;
    this.scores = classes * examplesTotal <= SCORES_MAX ? perClass(() => new Float32Array(examplesTotal)) : null;
    this.labels = new Int32Array(examplesTotal);
  }

  add(rows: readonly Float32Array[]): void {
    this.lossSum += rows.reduce((sum, row) => sum + row[this.row.loss]!, 0);
    for (const row of rows) this.addExample(row);
  }

  private addExample(row: Float32Array): void {
    const [answer, label] = [row[this.row.answer]!, row[this.row.label]!];
    this.actual[label]! += 1;
    this.answered[answer]! += 1;
    if (answer === label) this.right[label]! += 1;
    if (this.confusion !== null) this.confusion[label]![answer]! += 1;
    if (this.row.inTop !== null && row[this.row.inTop] === 1) this.inTop += 1;
    this.calibration.add(Math.exp(row[this.row.scores + answer]!), answer === label);
    this.labels[this.examples] = label;
    this.scores?.forEach((scores, i) => (scores[this.examples] = row[this.row.scores + i]!));
    this.examples += 1;
  }

  values(): Values<MetricName> {
    const loss = finite(this.lossSum / this.examples);
    return {
      loss,
      accuracy: this.right.reduce((sum, count) => sum + count, 0) / this.examples,
      macroF1: meanOf(this.eachClass((i) => this.f1(i))),
      balancedAccuracy: meanOf(this.eachClass((i) => this.recall(i))),
      auc: loss === null ? null : this.auc(),
      expectedCalibrationError: this.calibration.value(),
    };
  }

  details(): Omit<Evaluation, 'values' | 'examples'> {
    const { classNames, row, classes, confusion, inTop, examples } = this;
    const each = (value: (i: number) => number | null): (number | null)[] => classNames.map((_, i) => value(i));
    return {
      ...(row.inTop !== null && { topK: { k: TOP_K, accuracy: inTop / examples } }),
      ...(classes <= PER_CLASS_MAX && {
        perClass: { recall: each((i) => this.recall(i)), precision: each((i) => this.precision(i)) },
      }),
      ...(confusion !== null && { confusion: { classNames, counts: confusion.map((counts) => [...counts]) } }),
    };
  }

  private eachClass(value: (i: number) => number | null): number[] {
    return this.classNames.flatMap((_, i) => value(i) ?? []);
  }

  /** `null` of a class that no example has. */
  private recall(i: number): number | null {
    return this.actual[i] === 0 ? null : this.right[i]! / this.actual[i]!;
  }

  /** `null` of a class that was never answered. */
  private precision(i: number): number | null {
    return this.answered[i] === 0 ? null : this.right[i]! / this.answered[i]!;
  }

  /** `null` of a class that is neither there nor answered. */
  private f1(i: number): number | null {
    const sum = this.actual[i]! + this.answered[i]!;
    return sum === 0 ? null : (2 * this.right[i]!) / sum;
  }

  /** One against the rest, on average over the classes that have both. */
  private auc(): number | null {
    const { labels, scores } = this;
    return scores && meanOf(this.eachClass((i) => areaUnderCurve(scores[i]!, (example) => labels[example] === i)));
  }
}
