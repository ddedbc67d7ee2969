import type { Objective } from '../words/study';
import { byFront, ownArea } from './fronts';
import type { CostPair, Worth } from './fronts';
import { lossOf } from './sampler';
import type { Observation } from './sampler';

/** How far a trial is from keeping its constraints: 0 where it keeps them, or knows of none. */
export function violationOf({ excesses = [] }: Pick<Observation, 'excesses'>): number {
  return excesses.reduce((sum, excess) => sum + Math.max(0, excess), 0);
}

/**
 * Losses by which a sampler ranks: those of trials that keep the constraints, and beyond the worst of these all others,
 * those that break them least first. `null` for what runs or failed.
 *
 * So a search goes where the constraints are kept before any trial has kept them. With a second objective a trial's loss
 * is its place by the fronts of both.
 *
 * Source: K. Deb, "An efficient constraint handling method for genetic algorithms", Comp. Meth. Appl. Mech. Eng. 186
 * (2000); Optuna's TPE ranks so.
 *
 * @param worth What counts within a front.
 */
export function rankedLosses(
  observations: readonly Observation[],
  direction: Objective['direction'],
  worth = ownArea,
): readonly (number | null)[] {
  const losses = withSecond(
    observations,
    observations.map(({ score }) => lossOf(score, direction)),
    worth,
  );
  const violations = observations.map(violationOf);
  const breaking = losses.flatMap((loss, i) => (loss !== null && violations[i]! > 0 ? [i] : []));
  if (breaking.length === 0) return losses;
  breaking.sort((a, b) => violations[a]! - violations[b]! || losses[a]! - losses[b]!);
  const kept = losses.filter((loss, i): loss is number => loss !== null && violations[i] === 0);
  const worst = kept.reduce((most, loss) => Math.max(most, loss), kept[0] ?? 0);
  const best = kept.reduce((least, loss) => Math.min(least, loss), worst);
  const reach = worst > best ? worst - best : Math.max(1, Math.abs(worst));
  const places = new Map(breaking.map((i, place) => [i, place + 1]));
  return losses.map((loss, i) => {
    const place = places.get(i);
    return place === undefined ? loss : worst + (reach * place) / breaking.length;
  });
}

/** Places by both objectives; one without the second is worse in it than all others. */
function withSecond(
  observations: readonly Observation[],
  losses: readonly (number | null)[],
  worth: Worth,
): readonly (number | null)[] {
  if (observations.every(({ second }) => second === undefined)) return losses;
  const scored = losses.flatMap((loss, i) => (loss === null ? [] : [{ i, loss }]));
  const order = byFront(
    scored.map(({ i, loss }): CostPair => [loss, observations[i]!.second ?? Infinity]),
    worth,
  );
  const places = new Map(order.map((own, place) => [scored[own]!.i, place]));
  return losses.map((loss, i) => (loss === null ? null : places.get(i)!));
}
