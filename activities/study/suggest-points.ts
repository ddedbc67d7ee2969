import { setImmediate } from 'node:timers/promises';
import { pointsAfter } from '../../workflows/search/points-question';
import type { SuggestPointsInput } from '../../workflows/words/contract';
import type { HParams } from '../../workflows/words/trial';

/** Between two points the worker does what else it has to do: one may take half a second. */
export async function suggestPoints({ count, ...question }: SuggestPointsInput): Promise<readonly (HParams | null)[]> {
  const points: (HParams | null)[] = [];
  for (const point of pointsAfter(question)) {
    points.push(point);
    if (points.length >= count) break;
    await setImmediate();
  }
  return points;
}
