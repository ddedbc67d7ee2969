/**
 * The area under the ROC curve, exactly, by ranks: the share of pairs of a positive and a negative example of which the
 * positive has the higher score; ties count half.
 *
 * Source: J. Hanley, B. McNeil, "The meaning and use of the area under a receiver operating characteristic (ROC)
 * curve", Radiology 143 (1982).
 *
 * @param scores Finite.
 * @returns `null` without an example of each kind.
 */
export function areaUnderCurve(scores: Float32Array, isPositive: (example: number) => boolean): number | null {
  const positives = scores.filter((_, example) => isPositive(example)).sort();
  const negatives = scores.filter((_, example) => !isPositive(example)).sort();
  if (positives.length === 0 || negatives.length === 0) return null;
  let [won, below, upTo] = [0, 0, 0];
  for (const score of positives) {
    while (below < negatives.length && negatives[below]! < score) below += 1;
    while (upTo < negatives.length && negatives[upTo]! <= score) upTo += 1;
    won += (below + upTo) / 2;
  }
  return won / (positives.length * negatives.length);
}
