import type { MetricName, Values } from '../../../workflows/tasks';
import { areaUnderCurve } from './area-under-curve';
import { averagePrecision } from './average-precision';
import { finite, meanOf, type Scorer, SCORES_MAX } from './scorer';

/** Scores any number of labels of an image: a row holds the loss, the logits of the labels, then 1 or 0 for each. */
export class MultiLabelScorer implements Scorer {
  private readonly actual: Int32Array;
  private readonly answered: Int32Array;
  private readonly right: Int32Array;
  /** Label by label; `null` where they are too many to hold. */
  private readonly scores: readonly Float32Array[] | null;
  private readonly isThere: readonly Uint8Array[];
  private lossSum = 0;
  private exact = 0;
  private examples = 0;

  /** @param examplesTotal All that will come. */
  constructor(
    private readonly labels: number,
    examplesTotal: number,
  ) {
    this.actual = new Int32Array(labels);
    this.answered = new Int32Array(labels);
    this.right = new Int32Array(labels);
    const isHeld = labels * examplesTotal <= SCORES_MAX;
    this.scores = isHeld ? Array.from({ length: labels }, () => new Float32Array(examplesTotal)) : null;
    this.isThere = isHeld ? Array.from({ length: labels }, () => new Uint8Array(examplesTotal)) : [];
  }

  add(rows: readonly Float32Array[]): void {
    this.lossSum += rows.reduce((sum, row) => sum + row[0]!, 0);
    for (const row of rows) this.addExample(row);
  }

  private addExample(row: Float32Array): void {
    let isExact = true;
    for (let label = 0; label < this.labels; label += 1) {
      const [logit, truth] = [row[1 + label]!, row[1 + this.labels + label]!];
      const isAnswered = logit > 0;
      if (truth === 1) this.actual[label]! += 1;
      if (isAnswered) this.answered[label]! += 1;
      if (isAnswered && truth === 1) this.right[label]! += 1;
      if (isAnswered !== (truth === 1)) isExact = false;
      if (this.scores === null) continue;
      this.scores[label]![this.examples] = logit;
      this.isThere[label]![this.examples] = truth;
    }
    if (isExact) this.exact += 1;
    this.examples += 1;
  }

  values(): Values<MetricName> {
    const loss = finite(this.lossSum / this.examples);
    const sum = (counts: Int32Array): number => counts.reduce((total, count) => total + count, 0);
    const ranked = (
      score: (scores: Float32Array, isPositive: (example: number) => boolean) => number | null,
    ): number | null =>
      loss === null || this.scores === null
        ? null
        : meanOf(this.scores.flatMap((scores, label) => score(scores, (i) => this.isThere[label]![i] === 1) ?? []));
    return {
      loss,
      macroF1: meanOf(Array.from(this.right, (right, label) => f1(right, this.actual[label]!, this.answered[label]!))),
      microF1: f1(sum(this.right), sum(this.actual), sum(this.answered)),
      auc: ranked(areaUnderCurve),
      meanAveragePrecision: ranked(averagePrecision),
      exactMatch: this.exact / this.examples,
    };
  }

  details(): Record<string, never> {
    return {};
  }
}

/** 0 of a label that is neither there nor answered. */
const f1 = (right: number, actual: number, answered: number): number =>
  actual + answered === 0 ? 0 : (2 * right) / (actual + answered);
