import type { HParams } from '../../words/trial';
import { deriveSeed } from '../random';
import type { Space } from '../space';
import { ascended } from './ascent';
import { featuresOf } from './features';
import { fitted } from './fit';
import { logExpectedImprovement } from './improvement';
import { standardized } from './losses';
import { processOf } from './model';

/** Newest points that it rests on: its time grows with their cube. */
const POINTS_MAX = 100;

/** Known points to search around. */
const STARTS = 4;

interface Scored {
  readonly hparams: HParams;
  readonly loss: number;
}

/**
 * The most that any point is expected to improve on the best, and the spread of a loss about what is expected of its
 * point, both on one scale.
 *
 * @param scored At least one.
 */
export function improvementLeft(
  space: Space,
  scored: readonly Scored[],
  seed: number,
): { readonly improvement: number; readonly noise: number } {
  const map = featuresOf(space);
  if (map.size === 0) return { improvement: 0, noise: 1 };
  const points = scored.slice(-POINTS_MAX);
  const features = points.map(({ hparams }) => map.of(hparams));
  const values = standardized(points.map(({ loss }) => loss));
  const hyperparameters = fitted(map, features, values);
  const process = processOf(map, hyperparameters, features, values);
  const best = Math.min(...features.map((one) => process.predict(one).mean));
  const worth = (point: HParams): number => logExpectedImprovement(process.predict(map.of(point)), best);
  const starts = [...points].sort((a, b) => a.loss - b.loss).slice(0, STARTS);
  const [top] = ascended(
    space,
    worth,
    starts.map(({ hparams }) => hparams),
    deriveSeed(seed, 'improvement left', scored.length),
  );
  return {
    improvement: top === undefined ? 0 : Math.exp(worth(top)),
    noise: Math.sqrt(hyperparameters.noise * hyperparameters.variance),
  };
}
