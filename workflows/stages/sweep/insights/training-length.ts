import { curveWarnings, overfits, stillLearns } from '../../training-length';
import type { SweepContext } from '../configurations';
import type { SearchPoint } from './points';

/** From this share of the points on it is the sweep's length and not one point's bad luck. */
const MANY = 0.5;
const POINTS_MIN = 4;

/**
 * Whether the trainings of a sweep were too long or too short for what they show: of its best point, and of its points
 * as a whole.
 */
export function lengthWarnings(
  { facts }: SweepContext,
  points: readonly SearchPoint[],
  best: SearchPoint | undefined,
): readonly string[] {
  const trained = points.filter(({ status, measurement }) => status === 'ended' && measurement?.isOutline !== true);
  const many = (of: (point: SearchPoint) => boolean): string | undefined => {
    const number = trained.filter(of).length;
    return trained.length >= POINTS_MIN && number >= MANY * trained.length
      ? `${number} of ${trained.length} points`
      : undefined;
  };
  const long = many((point) => overfits(curveOf(point)));
  const short = many((point) => reachedLimit(point) && stillLearns(curveOf(point)));
  return [
    ...(best === undefined ? [] : curveWarnings('the best point', curveOf(best), reachedLimit(best))),
    ...(long === undefined
      ? []
      : [
          `${long} overfit: fewer epochs${facts.training.earlyStopping === null ? ', training.earlyStopping' : ''} or stronger regularization would spend less on them`,
        ]),
    ...(short === undefined
      ? []
      : [`${short} were still learning at the end: in longer trainings (epochs) another point may be the best`]),
  ];
}

const curveOf = ({ measurement }: SearchPoint) => measurement?.curve ?? [];

const reachedLimit = ({ result }: SearchPoint): boolean => result?.outcome.status === 'completed';
