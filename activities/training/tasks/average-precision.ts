/**
 * The average precision: the precision at each threshold, weighted by the recall that it adds, and not interpolated;
 * examples of equal score are one threshold.
 *
 * Source: as scikit-learn's `average_precision_score`; E. Voorhees, D. Harman, "TREC", 2005, chapter 3.
 *
 * @param scores Finite.
 * @returns `null` without a positive example.
 */
export function averagePrecision(scores: Float32Array, isPositive: (example: number) => boolean): number | null {
  const positives = scores.filter((_, example) => isPositive(example)).sort();
  const negatives = scores.filter((_, example) => !isPositive(example)).sort();
  if (positives.length === 0) return null;
  let [sum, negativesLeft] = [0, negatives.length];
  for (let from = positives.length - 1; from >= 0;) {
    const threshold = positives[from]!;
    let before = from;
    while (before >= 0 && positives[before] === threshold) before -= 1;
    while (negativesLeft > 0 && negatives[negativesLeft - 1]! >= threshold) negativesLeft -= 1;
    const right = positives.length - 1 - before;
    const answered = right + negatives.length - negativesLeft;
    sum += ((from - before) / positives.length) * (right / answered);
    from = before;
  }
  return sum;
}
