export interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * A line with at most about `pointsMax` points that looks the same.
 *
 * Of each run of neighbours the lowest and the highest are kept, not a mean: a spike in a loss is what people look for.
 * First and last point always stay. The order is kept.
 */
export function thinned(points: readonly Point[], pointsMax: number): readonly Point[] {
  if (points.length <= pointsMax) return points;
  const runs = Math.max(1, Math.floor((pointsMax - 2) / 2));
  const kept = new Set<number>([0, points.length - 1]);
  for (let run = 0; run < runs; run++) {
    const from = Math.floor((run * points.length) / runs);
    const to = Math.floor(((run + 1) * points.length) / runs);
    extremes(points, from, to).forEach((index) => kept.add(index));
  }
  return [...kept].sort((a, b) => a - b).flatMap((index) => points[index] ?? []);
}

function extremes(points: readonly Point[], from: number, to: number): readonly [number, number] {
  let low = from;
  let high = from;
  for (let i = from; i < to; i++) {
    const y = points[i]?.y ?? NaN;
    if (y < (points[low]?.y ?? NaN)) low = i;
    if (y > (points[high]?.y ?? NaN)) high = i;
  }
  return [low, high];
}
