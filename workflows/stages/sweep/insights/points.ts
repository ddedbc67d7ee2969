import { factorsOf, unitsByFactor } from '../../../analysis/importance';
import type { Factor, Observation } from '../../../analysis/importance';
import type { Measurement, Trial } from '../../../words/trial';
import { measurementOf } from '../../trials';
import type { Configuration, SweepContext } from '../configurations';

/** A point of the search as the analysis sees it: by the training with its first seed. */
export interface SearchPoint {
  readonly configuration: Configuration;
  readonly trialId: string;
  readonly units: readonly (number | undefined)[];
  readonly status: 'ended' | 'failed' | 'paused';
  /** Of its last segment. */
  readonly result: Trial['result'];
  readonly score: number | null;
  readonly measurement: Measurement | undefined;
}

export interface SearchPoints {
  readonly factors: readonly Factor[];
  /** In the order of the search; those that still run are left out. */
  readonly points: readonly SearchPoint[];
}

/** The factors of a sweep with its points. */
export function searchPoints(
  { options: { space } }: SweepContext,
  configurations: readonly Configuration[],
): SearchPoints {
  const points = configurations.flatMap((configuration): SearchPoint[] => {
    const [training] = configuration.trainings;
    const last = training?.segments.at(-1);
    if (training === undefined || last === undefined || training.status === 'running') return [];
    return [
      {
        configuration,
        trialId: training.segments[0]!.spec.trialId,
        units: unitsByFactor(space, configuration.hparams),
        status: training.status,
        result: last.result,
        score: configuration.score,
        measurement: measurementOf(last.result?.outcome),
      },
    ];
  });
  return { factors: factorsOf(space), points };
}

/** Less being better. A point that failed, or was paused for being behind, is worse than any with a score. */
export function observationsOf(
  { facts: { objective } }: SweepContext,
  points: readonly SearchPoint[],
): readonly Observation[] {
  const sign = objective.direction === 'minimize' ? 1 : -1;
  return points.map(({ units, score }) => ({ units, loss: score === null ? Infinity : sign * score }));
}
