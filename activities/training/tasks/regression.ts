import type { MetricName, Values } from '../../../workflows/tasks';
import { finite, meanOf, type Scorer } from './scorer';

/** Scores numbers of an image: a row holds the loss, the answers, then the targets. */
export class RegressionScorer implements Scorer {
  /** By target, running as examples come: their mean, and the sums of squares about it and of the errors. */
  private readonly means: Float64Array;
  private readonly squares: Float64Array;
  private readonly squaredErrors: Float64Array;
  private readonly absoluteErrors: Float64Array;
  private lossSum = 0;
  private examples = 0;

  constructor(private readonly targets: number) {
    this.means = new Float64Array(targets);
    this.squares = new Float64Array(targets);
    this.squaredErrors = new Float64Array(targets);
    this.absoluteErrors = new Float64Array(targets);
  }

  add(rows: readonly Float32Array[]): void {
    for (const row of rows) {
      this.lossSum += row[0]!;
      this.examples += 1;
      for (let i = 0; i < this.targets; i += 1) this.addTarget(i, row[1 + i]!, row[1 + this.targets + i]!);
    }
  }

  /** Source of the running sums: B. P. Welford, Technometrics 4 (1962). */
  private addTarget(i: number, answer: number, target: number): void {
    const error = answer - target;
    this.squaredErrors[i]! += error * error;
    this.absoluteErrors[i]! += Math.abs(error);
    const distance = target - this.means[i]!;
    this.means[i]! += distance / this.examples;
    this.squares[i]! += distance * (target - this.means[i]!);
  }

  values(): Values<MetricName> {
    const perTarget = this.examples * this.targets;
    const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
    const explained = [...this.squares].flatMap((square, i) =>
      square > 0 ? [1 - this.squaredErrors[i]! / square] : [],
    );
    const r2 = meanOf(explained);
    return {
      loss: finite(this.lossSum / this.examples),
      r2: r2 === null ? null : finite(r2),
      mse: finite(sum(this.squaredErrors) / perTarget),
      mae: finite(sum(this.absoluteErrors) / perTarget),
    };
  }

  details(): Record<string, never> {
    return {};
  }
}
