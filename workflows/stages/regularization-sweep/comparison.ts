import { improvement, ranked } from '../../analysis/ranking';
import { mean, pairedBootstrap, standardError } from '../../analysis/statistics';
import { deriveSeed } from '../../search/random';
import { configurationsOf } from './configurations';
import type { Configuration, SweepContext } from './configurations';

/** Probability of being better from which on a change is adopted. Source: X. Bouthillier et al., MLSys 2021 (arXiv:2103.03098). */
const ADOPTION_PROBABILITY = 0.75;

/** A point against the study as it stood, over the seeds that both were trained with. */
export interface Comparison {
  readonly configuration: Configuration;
  /** Mean objective over the shared seeds. */
  readonly mean: number;
  readonly incumbentMean: number;
  /** By how much the point is better, per seed. */
  readonly differences: readonly number[];
  readonly difference: number;
  readonly error: number;
  /** Probability that it is better, by paired bootstrap. */
  readonly probability: number;
  readonly isClear: boolean;
}

/** Points without a failure, trained with as many seeds as any; alone, first scores, where nothing was replicated. */
export function contenders(context: SweepContext): readonly Configuration[] {
  const sound = configurationsOf(context).filter(({ scores }) => scores.size > 0 && [...scores.values()].every((score) => score !== null));
  const challengers = sound.filter(({ isIncumbent }) => !isIncumbent);
  const most = Math.max(0, ...challengers.map(({ scores }) => scores.size));
  return ranked(
    challengers.filter(({ scores }) => scores.size === most).map((configuration) => ({ configuration, score: meanScore(configuration) })),
    context.facts.objective,
  ).map(({ configuration }) => configuration);
}

/** Mean objective of a point over all of its seeds; `null` if one failed or none ended. */
function meanScore({ scores }: Configuration): number | null {
  const values = [...scores.values()];
  const numbers = values.filter((score) => score !== null);
  return numbers.length === 0 || numbers.length < values.length ? null : mean(numbers);
}

/**
 * Compares a point with the study as it stood.
 *
 * Clearly better: by more than one standard error of the paired differences, and with a probability of at least 0.75. Lenient on
 * purpose: of sweeps in which nothing is better it adopts a point in about half, which costs nothing on average, while twice the
 * standard error would give away a third of the real gains (simulated with 3 seeds). The confidence tells them apart. One pair has no
 * standard error; then better is enough, and the confidence is low.
 */
export function compare(context: SweepContext, configuration: Configuration, incumbent: Configuration): Comparison | undefined {
  const { facts: { objective }, seed } = context;
  const pairs = [...configuration.scores].flatMap(([replicate, score]): [number, number][] => {
    const other = incumbent.scores.get(replicate);
    return score === null || other === null || other === undefined ? [] : [[score, other]];
  });
  if (pairs.length === 0) return undefined;
  const differences = pairs.map(([score, other]) => improvement(score, other, objective));
  const difference = mean(differences);
  const error = standardError(differences);
  const probability = pairedBootstrap(differences, deriveSeed(seed, 'bootstrap'));
  return {
    configuration, differences, difference, error, probability, mean: mean(pairs.map(([score]) => score)), incumbentMean: mean(pairs.map(([, other]) => other)),
    isClear: difference > error && probability >= ADOPTION_PROBABILITY,
  };
}
