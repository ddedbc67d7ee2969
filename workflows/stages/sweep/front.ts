import { gainOf } from '../../analysis/scale';
import { violationOf } from './constraints';
import { paretoFront } from '../../analysis/pareto';
import type { Costed } from '../../analysis/pareto';
import { formatNumber } from '../format';
import type { SweepView } from './view';

interface Placed extends Costed {
  readonly trialId: string;
  readonly score: number;
  readonly cost: number;
}

/** What a sweep with two objectives found of their front, in words, and that the first decides. */
export function frontNotes(view: SweepView): readonly string[] {
  const {
    options: { secondObjective },
    facts: { objective },
    configurations,
  } = view;
  if (secondObjective === undefined) return [];
  const placed = configurations
    .filter((configuration) => violationOf(configuration) === 0)
    .flatMap(({ trainings: [training], score }): Placed[] => {
      const cost = training?.costs?.[secondObjective];
      if (training === undefined || score === null || cost === undefined || !(cost > 0)) return [];
      const { trialId } = training.segments[0]!.spec;
      return [{ trialId, score, cost, costs: [-gainOf(score, objective), Math.log(cost)] }];
    });
  const front = paretoFront(placed);
  const [best, knee, cheapest] = [front[0], kneeOf(front), front.at(-1)];
  if (best === undefined || cheapest === undefined || best === cheapest) return [];
  const text = ({ score, cost }: Placed): string =>
    `${objective.metric} ${formatNumber(score)} with ${secondObjective} ${formatNumber(cost)}`;
  return [
    `${front.length} of ${placed.length} points are on the front of ${objective.metric} and ${secondObjective}, from ${text(best)} to ${text(cheapest)}` +
      (knee === undefined ? '' : `; its knee is ${knee.trialId}, ${text(knee)}`) +
      `. The answer goes by ${objective.metric} alone: for another point of the front bound constraints.${secondObjective}`,
  ];
}

/**
 * The point of a front that lies furthest below the line between its ends; `undefined` where none does.
 *
 * Source: I. Das, "On characterizing the 'knee' of the Pareto curve based on Normal-Boundary Intersection", Struct.
 * Optim. 18 (1999).
 *
 * @param front Ascending in the first cost.
 */
export function kneeOf<Item extends Costed>(front: readonly Item[]): Item | undefined {
  const [best, cheapest] = [front[0]?.costs, front.at(-1)?.costs];
  if (best === undefined || cheapest === undefined) return undefined;
  const gainsOf = ({ costs }: Item): number =>
    1 - (costs[0] - best[0]) / (cheapest[0] - best[0]) - (costs[1] - cheapest[1]) / (best[1] - cheapest[1]);
  const [knee] = front
    .slice(1, -1)
    .map((item) => ({ item, gain: gainsOf(item) }))
    .filter(({ gain }) => gain > 0)
    .sort((a, b) => b.gain - a.gain);
  return knee?.item;
}
