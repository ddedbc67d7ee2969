import { ranked } from '../../analysis/ranking';
import { gainOver, meanScore } from '../../analysis/scale';
import { mean, pairedBootstrap, standardError } from '../../analysis/statistics';
import { deriveSeed } from '../../search/random';
import { failedShare, meanOf } from './configurations';
import type { Configuration } from './configurations';
import { violationOf } from './constraints';
import type { SweepView } from './view';

/**
 * Probability of being better from which on a change is adopted. Source: X. Bouthillier et al., MLSys 2021
 * (arXiv:2103.03098).
 */
const ADOPTION_PROBABILITY = 0.75;

/**
 * A point against the study as it stood: by the seeds that failed, and by the scores of the seeds that ended well for
 * both.
 */
export interface Comparison {
  readonly configuration: Configuration;
  readonly incumbent: Configuration;
  /** Mean objective over the shared seeds. */
  readonly mean: number;
  readonly incumbentMean: number;
  /** By how much the point is better on the objective's scale, per seed. */
  readonly differences: readonly number[];
  readonly difference: number;
  /** Standard error of the difference; `null` from one pair. */
  readonly error: number | null;
  /** Probability that it is better, by paired bootstrap; `null` from one pair, which says nothing of further seeds. */
  readonly probability: number | null;
  readonly isClear: boolean;
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
 * Compares a point with the study as it stood.
 *
 * The one that breaks the constraints further loses, then the one of which a larger share of seeds failed: means are of
 * survivors. Else clearly better is by more than one standard error of the paired differences, and with a probability
 * of at least 0.75. Lenient on purpose: of sweeps in which nothing is better it adopts a point in about half, which
 * costs nothing on average, while twice the standard error would give away a third of the real gains (simulated with 3
 * seeds). The confidence tells them apart. One pair has neither; then better is enough, and the confidence is low.
 */
export function compare(
  view: SweepView,
  configuration: Configuration,
  incumbent: Configuration,
): Comparison | undefined {
  const {
    facts: { objective },
    seed,
  } = view;
  const pairs = [...configuration.scores].flatMap(([replicate, score]): [number, number][] => {
    const other = incumbent.scores.get(replicate);
    return score === null || other === null || other === undefined ? [] : [[score, other]];
  });
  if (pairs.length === 0) return undefined;
  const differences = pairs.map(([score, other]) => gainOver(score, other, objective));
  const difference = mean(differences);
  const isRepeated = differences.length > 1;
  const error = isRepeated ? standardError(differences) : null;
  const probability = isRepeated ? pairedBootstrap(differences, deriveSeed(seed, 'bootstrap')) : null;
  const lead =
    violationOf(incumbent) - violationOf(configuration) || failedShare(incumbent) - failedShare(configuration);
  return {
    configuration,
    incumbent,
    differences,
    difference,
    error,
    probability,
    mean: meanScore(
      pairs.map(([score]) => score),
      objective,
    ),
    incumbentMean: meanScore(
      pairs.map(([, other]) => other),
      objective,
    ),
    isClear: lead !== 0 ? lead > 0 : difference > (error ?? 0) && (probability ?? 1) >= ADOPTION_PROBABILITY,
  };
}
