import { ranked } from '../../analysis/ranking';
import { gainOver, meanScore } from '../../analysis/scale';
import { mean, standardDeviation } from '../../analysis/statistics';
import { meanErrorShare, pooledSpread, superiorities } from '../../analysis/superiority';
import type { Superiority } from '../../analysis/superiority';
import { replicationOf, splitOverlap } from '../replicates';
import { failedShare, meanOf } from './configurations';
import type { Configuration } from './configurations';
import { violationOf } from './constraints';
import type { SweepView } from './view';

/** A point beside the study as it stood, over seeds that ended well for both. */
export interface Pairs {
  /** By how much the point is better on the objective's scale, one per seed; or per seed and fold. */
  readonly gains: readonly number[];
  readonly seeds: number;
  readonly mean: number;
  readonly incumbentMean: number;
}

/** A point against the study as it stood. */
export interface Comparison {
  readonly configuration: Configuration;
  readonly incumbent: Configuration;
  /** Over all seeds, the first included, which has selected the point: it flatters. */
  readonly all: Pairs;
  /** Over the others; `null` where there are none. */
  readonly fresh: Pairs | null;
  /** What fresh seeds show; `null` where there are too few to know their spread. */
  readonly superiority: Superiority | null;
  /** Whether it is adopted. */
  readonly isClear: boolean;
}

/** What was compared. */
export interface Comparisons {
  /** Those that may be adopted, the best first. */
  readonly comparisons: readonly Comparison[];
  /** What fresh seeds show of every point that had any, adopted or not, in the order of the search. */
  readonly tested: readonly Superiority[];
  /** How many points these were picked from, as far as what is said of one is corrected for it. */
  readonly pickedFrom: number;
  /** Of the error rate, in (0, 1]; looks before may have had the rest. */
  readonly share: number;
}

/**
 * Points with any score, trained with as many seeds as any, the best first: nearest to keeping the constraints, then
 * fewest failed seeds, then the best mean. Where nothing was replicated, by their only score.
 */
export function contenders(view: SweepView): readonly Configuration[] {
  const { objective } = view.facts;
  const challengers = view.configurations.filter(
    (configuration) => !configuration.isIncumbent && meanOf(configuration, objective) !== null,
  );
  const most = Math.max(0, ...challengers.map(({ scores }) => scores.size));
  const byMean = ranked(
    challengers
      .filter(({ scores }) => scores.size === most)
      .map((configuration) => ({ configuration, score: meanOf(configuration, objective) })),
    objective,
  ).map(({ configuration }) => configuration);
  return byMean.sort((a, b) => violationOf(a) - violationOf(b) || failedShare(a) - failedShare(b));
}

/**
 * Compares points with the study as it stood.
 *
 * What is said of a point rests on fresh seeds alone, and is corrected for every point that had some: the first seed
 * has selected it, and of many the best is partly luck.
 *
 * @param share Of the error rate that is left to this look, in (0, 1].
 */
export function compare(
  view: SweepView,
  challengers: readonly Configuration[],
  incumbent: Configuration,
  share: number,
): Comparisons {
  const { objective } = view.facts;
  const overlap = splitOverlap(view.facts, replicationOf(view.options, view.facts.folds));
  const pairs = (configuration: Configuration, from: number): Pairs | null =>
    pairsOf(configuration, incumbent, from, objective);
  const replicated = view.configurations.filter(({ isIncumbent, scores }) => !isIncumbent && scores.size > 1);
  const gains = replicated.map((configuration) => pairs(configuration, 1)?.gains ?? []);
  // What chose the tested points from all of the search is also among the examples of every other split.
  const pickedFrom = overlap === 0 ? replicated.length : view.configurations.length - 1;
  const found = superiorities(gains, pickedFrom / share, pooledSpread(gains), overlap);
  const comparisons = challengers.flatMap((configuration): readonly Comparison[] => {
    const all = pairs(configuration, 0);
    if (all === null) return [];
    return [
      {
        configuration,
        incumbent,
        all,
        fresh: pairs(configuration, 1),
        superiority: found[replicated.indexOf(configuration)] ?? null,
        isClear: isClear(configuration, incumbent, all, overlap),
      },
    ];
  });
  return { comparisons, tested: found.filter((one) => one !== null), pickedFrom, share };
}

function pairsOf(
  { scores, foldScores }: Configuration,
  incumbent: Configuration,
  from: number,
  objective: SweepView['facts']['objective'],
): Pairs | null {
  const pairs = [...scores].flatMap(([replicate, score]): [number, number][] => {
    const other = incumbent.scores.get(replicate);
    return replicate < from || score === null || other === null || other === undefined ? [] : [[score, other]];
  });
  const gains = [...foldScores].flatMap(([replicate, folds]) => {
    const other = replicate < from ? undefined : incumbent.foldScores.get(replicate);
    return other === undefined || !scores.has(replicate) || !incumbent.scores.has(replicate)
      ? []
      : folds.map((score, fold) => gainOver(score, other[fold]!, objective));
  });
  const [own, others] = [pairs.map(([score]) => score), pairs.map(([, other]) => other)];
  return pairs.length === 0
    ? null
    : {
        gains,
        seeds: pairs.length,
        mean: meanScore(own, objective),
        incumbentMean: meanScore(others, objective),
      };
}

/**
 * Whether a point is adopted: unless it breaks the constraints further, or more of its seeds failed, if over all seeds
 * it is better by more than one standard error.
 *
 * Lenient on purpose: of sweeps in which nothing is better it adopts a point in about half, which costs nothing on
 * average, while a rule that is right of them would give away a tenth to a third of the real gains (simulated with 3
 * and 4 seeds). The confidence tells them apart. One pair has no error; then better is enough.
 *
 * @param overlap As `superiorities` takes it.
 */
function isClear(configuration: Configuration, incumbent: Configuration, { gains }: Pairs, overlap: number): boolean {
  const lead =
    violationOf(incumbent) - violationOf(configuration) || failedShare(incumbent) - failedShare(configuration);
  return lead !== 0 ? lead > 0 : mean(gains) > standardDeviation(gains) * meanErrorShare(gains.length, overlap);
}
