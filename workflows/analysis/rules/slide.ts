import { slopesPerDecade } from '../range-test-curve';
import type { Curve } from '../range-test-curve';

/**
 * Width of the window and difference of slopes at its ends: fastai's 15 points and 0.005 a point, at its 100 points
 * over 8 decades.
 */
const WINDOW_DECADES = 1.2;
const SLOPE_DIFFERENCE_MIN = 0.0625;

/**
 * Left end of a window that slides down from the highest rate until the slopes at its two ends are nearly equal.
 *
 * Measured in decades and slopes per decade, so that the answer does not depend on the number of points. Of the four
 * rules the least steady: for comparison, not for the answer.
 *
 * Source: fastai `slide`, after the Novetta "learning rate slide" rule.
 *
 * @returns A learning rate of the curve; `null` if the curve is narrower than the window, or the slopes are equal from
 *   the start.
 */
export function slide(curve: Curve): number | null {
  const [first, last] = [curve[0], curve.at(-1)];
  if (first === undefined || last === undefined || curve.length < 3) return null;
  const decades = Math.log10(last.learningRate / first.learningRate);
  const width = Math.max(1, Math.round((WINDOW_DECADES / decades) * (curve.length - 1)));
  const slopes = slopesPerDecade(curve);
  let answer: number | null = null;
  for (let right = curve.length - 1; right - width >= 0; right--) {
    if (Math.abs(slopes[right]! - slopes[right - width]!) <= SLOPE_DIFFERENCE_MIN) return answer;
    answer = curve[right - width]!.learningRate;
  }
  return answer;
}
