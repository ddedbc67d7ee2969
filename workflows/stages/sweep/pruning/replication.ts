import { ranked } from '../../../analysis/ranking';
import { gainOver } from '../../../analysis/scale';
import type { Objective } from '../../../words/study';
import { failedShare, meanOf } from '../configurations';
import type { Configuration } from '../configurations';
import { violationOf } from '../constraints';
import { kneePoints } from '../knee';
import type { SweepView } from '../view';
import { prunerOf } from './promotion';

/**
 * What is trained with further seeds, without those points whose seeds the pruner saves. The study as it stands keeps
 * all.
 */
export function worthReplicating(view: SweepView): readonly Configuration[] {
  const { objective } = view.facts;
  const configurations = replicatedConfigurations(view);
  const {
    pruner: { stopsReplicates },
    options,
  } = prunerOf(view);
  const best = bestOf(configurations, objective);
  if (stopsReplicates === undefined || best === undefined) return configurations;
  return configurations.filter(
    (one) => one.isIncumbent || one === best || !stopsReplicates(options, gainsOf(one, best, objective)),
  );
}

/**
 * What is trained again: the study as it stood and the best others, by the constraints and their first score; nothing
 * that failed. Where the knee of a front is asked for, the points that may be it.
 */
function replicatedConfigurations(view: SweepView): readonly Configuration[] {
  const configurations = view.configurations.filter(({ score }) => score !== null);
  const incumbent = configurations.filter(({ isIncumbent }) => isIncumbent);
  const knees = kneePoints(view);
  if (knees.length > 0) return [...incumbent, ...knees.filter(({ isIncumbent }) => !isIncumbent)];
  const others = [
    ...ranked(
      configurations.filter(({ isIncumbent }) => !isIncumbent),
      view.facts.objective,
    ),
  ].sort((a, b) => violationOf(a) - violationOf(b));
  return [...incumbent, ...others.slice(0, view.options.replicateTop)];
}

/** Of those with most seeds, the one with the fewest failures and the best mean. */
function bestOf(configurations: readonly Configuration[], objective: Objective): Configuration | undefined {
  const most = Math.max(0, ...configurations.map(({ scores }) => scores.size));
  const withMost = configurations
    .filter(({ scores }) => scores.size === most)
    .map((configuration) => ({ configuration, score: meanOf(configuration, objective) }));
  return ranked(withMost, objective)
    .map(({ configuration }) => configuration)
    .sort((a, b) => failedShare(a) - failedShare(b))[0];
}

/** By how much a point is better, seed by seed; a seed that fails for one of them alone outweighs all that do not. */
function gainsOf({ scores }: Configuration, best: Configuration, objective: Objective): readonly number[] {
  return [...scores].flatMap(([replicate, score]) => {
    const other = best.scores.get(replicate);
    if (other === undefined) return [];
    if (score === null || other === null) return score === other ? 0 : score === null ? -Infinity : Infinity;
    return gainOver(score, other, objective);
  });
}
