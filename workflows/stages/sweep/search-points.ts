import { packed } from '../../driver/pages/packed';
import type { Plain } from '../../driver/pages/packed';
import type { InsightsInput, SearchPlan, SearchPoint } from '../../words/insights';
import type { Measurement } from '../../words/outcome';
import type { Trial } from '../../words/trial';
import { lossCurve, measurementOf } from '../../trials/outcome';
import { pointKeys } from '../../search/space';
import { configurationsOf, replicateSeed } from './configurations';
import type { Configuration, SweepContext } from './configurations';
import { replicationOf } from '../replicates';
import { lastSegment, TrainingIndex } from './trainings';

/**
 * What is left to show of a search that decides.
 *
 * @param best The point that did best, adopted or not.
 * @param warningsFrom As in `InsightsInput`.
 */
export function insightsInput(
  { options: { space, replicates }, seed, facts: { objective, training, folds } }: SweepContext,
  configurations: readonly Configuration[],
  best: Configuration | undefined,
  warningsFrom: number,
): InsightsInput {
  const ended = best?.trainings[0] && lastSegment(best.trainings[0]).result?.outcome;
  const outcome = measurementOf(ended)?.isOutline === true ? undefined : ended;
  return {
    warningsFrom,
    ...(outcome && {
      best: {
        subject: 'the best point',
        curve: lossCurve(measurementOf(outcome)),
        reachedLimit: outcome.status === 'completed',
        isBestLate: false,
      },
    }),
    search: {
      space,
      seed,
      replicates: replicationOf({ replicates }).seedsMax,
      ...(folds !== undefined && { folds }),
      objective,
      stopsEarly: training.earlyStopping !== null,
      points: packed(pointsOf(configurations) as unknown as readonly Plain[]),
    },
  };
}

/** The points of a search, from all its trials. */
export function searchPoints(
  { space, seed, replicates, folds, objective }: SearchPlan,
  trials: readonly Trial[],
): readonly SearchPoint[] {
  const index = new TrainingIndex(pointKeys(space), objective, {}, folds);
  index.follow(trials, objective);
  const { trainings } = index;
  const search = trainings.filter((training) => training.seed === replicateSeed(seed, 0));
  return pointsOf(configurationsOf({ options: { replicates }, seed, trainings, search }));
}

/** In the order of the search; those that still run are left out. */
function pointsOf(configurations: readonly Configuration[]): readonly SearchPoint[] {
  return configurations.flatMap(({ trainings: [training], hparams, score }): SearchPoint[] => {
    if (training === undefined || training.status === 'running') return [];
    const { segments, status } = training;
    const outcome = lastSegment(training).result?.outcome;
    const measurement = measurementOf(outcome);
    return [
      {
        trialId: segments[0]!.spec.trialId,
        hparams,
        status,
        isBlind: segments[0]!.spec.drawnBlind === true,
        score,
        ...(measurement && { costs: costsOf(measurement) }),
        reachedLimit: outcome?.status === 'completed',
        ...(status === 'ended' && measurement?.isOutline !== true && { curve: lossCurve(measurement) }),
      },
    ];
  });
}

function costsOf({ deviceSeconds, parameters, peakBytes }: Measurement): NonNullable<SearchPoint['costs']> {
  return { deviceSeconds, parameters, peakBytes };
}
