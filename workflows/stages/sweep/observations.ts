import type { Observation } from '../../search/sampler';
import { searchTrainings } from './configurations';
import type { SweepContext } from './configurations';
import { brokenBy } from './constraints';
import { furthest } from './pruning/promotion';
import { lastValue } from './trainings';
import type { Training } from './trainings';

/**
 * A search's own trainings as a sampler sees them.
 *
 * A loss halfway is no loss at the end, and a sampler knows numbers only. So each training that has got to a pause
 * counts as worse than all that ended: the further the better, and at the same epoch the better its objective there.
 * That is the order in which Optuna's TPE has pruned trials.
 */
export function ownObservations(context: SweepContext): readonly Observation[] {
  const search = searchTrainings(context);
  const cut = furthest(
    context,
    search.filter((training) => isKnownInPart(context, training)),
  );
  const observations = search.map((training) => observationOf(context, training));
  if (cut.length === 0) return observations;
  const places = new Map(cut.map((training, i) => [training, i + 1]));
  const ended = search.flatMap(({ score }) => score ?? []);
  const sign = context.facts.objective.direction === 'minimize' ? 1 : -1;
  const worst =
    sign * ended.reduce((highest, score) => Math.max(highest, sign * score), ended.length > 0 ? -Infinity : 0);
  const spread =
    ended.length > 1 ? Math.abs(worst - ended.reduce((best, score) => (sign * score < sign * best ? score : best))) : 0;
  const reach = spread > 0 ? spread : Math.max(Math.abs(worst), 1) / 1000;
  return observations.map((observation, i) => {
    const place = places.get(search[i]!);
    return place === undefined ? observation : { ...observation, score: worst + (sign * reach * place) / cut.length };
  });
}

/** A search asks for the same of thousands of trainings before every trial. */
const known = new WeakMap<Training, { readonly options: SweepContext['options']; readonly observation: Observation }>();

/** To a sampler a point that breaks the constraints is as bad as one that failed. */
function observationOf(context: SweepContext, training: Training): Observation {
  const before = known.get(training);
  if (before?.options === context.options) return before.observation;
  const score =
    training.status === 'running' ? undefined : brokenBy(context, training).length > 0 ? null : training.score;
  const observation: Observation = { hparams: training.hparams, score };
  known.set(training, { options: context.options, observation });
  return observation;
}

function isKnownInPart({ facts: { objective } }: SweepContext, training: Training): boolean {
  return (training.status === 'paused' || training.status === 'running') && lastValue(training, objective) != null;
}
