import { finite } from './scorer';

const BINS = 15;

/**
 * The expected calibration error over 15 bins of equal width: how far the confidence of an answer is from how often
 * such answers are right, on average over the examples.
 *
 * Source: C. Guo, G. Pleiss, Y. Sun, K. Weinberger, "On Calibration of Modern Neural Networks", ICML 2017, section 2.
 */
export class CalibrationError {
  private readonly confidences = new Float64Array(BINS);
  private readonly correct = new Float64Array(BINS);
  private examples = 0;

  /** @param confidence From 0 to 1; a bin holds its upper bound, not its lower. */
  add(confidence: number, isCorrect: boolean): void {
    // One that is not finite spoils a bin, and so the value.
    const bin = Number.isFinite(confidence) ? Math.max(0, Math.ceil(Math.min(1, confidence) * BINS) - 1) : 0;
    this.confidences[bin]! += confidence;
    this.correct[bin]! += isCorrect ? 1 : 0;
    this.examples += 1;
  }

  /** `null` if a confidence was not finite. */
  value(): number | null {
    const gaps = this.confidences.map((confidence, bin) => Math.abs(confidence - this.correct[bin]!));
    return finite(gaps.reduce((sum, gap) => sum + gap, 0) / this.examples);
  }
}
