import type { Observation } from '../../search/sampler';
import { asCost, secondOf } from './second';
import { furthest } from './pruning/promotion';
import { lastValue } from './trainings';
import type { Training } from './trainings';
import type { SweepView } from './view';

/**
 * A search's own trainings as a sampler sees them.
 *
 * A loss halfway is no loss at the end, and a sampler knows numbers only. So each training that has got to a pause
 * counts as worse than all that ended: the further the better, and at the same epoch the better its objective there.
 * That is the order in which Optuna's TPE has pruned trials.
 */
export function ownObservations(view: SweepView): readonly Observation[] {
  const { search, facts, options } = view;
  const cut = furthest(
    view,
    search.filter((training) => isKnownInPart(view, training)),
  );
  const observations = search.map((training) => observationOf(training, options));
  if (cut.length === 0) return observations;
  const places = new Map(cut.map((training, i) => [training, i + 1]));
  const ended = search.flatMap(({ score }) => score ?? []);
  const sign = facts.objective.direction === 'minimize' ? 1 : -1;
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

/** What a point was measured besides its score goes with it, as far as the sampler learns from it. */
function observationOf(training: Training, { sampler, secondObjective }: SweepView['options']): Observation {
  const { hparams, status, excesses, costs, score } = training;
  if (status !== 'ended' || costs === undefined) return { hparams, score: status === 'running' ? undefined : score };
  const second = secondObjective === undefined ? null : secondOf(training, secondObjective);
  const isCostAware = 'costAware' in sampler && sampler.costAware === true;
  return {
    hparams,
    score,
    ...(excesses.length > 0 && { excesses }),
    ...(isCostAware && { cost: costs.deviceSeconds }),
    ...(second !== null && secondObjective !== undefined && { second: asCost(second, secondObjective) }),
  };
}

function isKnownInPart({ facts }: SweepView, training: Training): boolean {
  // One fold's loss on its way tells nothing of the mean.
  return (
    facts.folds === undefined &&
    (training.status === 'paused' || training.status === 'running') &&
    lastValue(training, facts.objective) != null
  );
}
