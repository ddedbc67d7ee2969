import { meanScore } from '../../analysis/scale';
import { trainingOf } from '../../trials/trial-training';
import type { Objective } from '../../words/study';
import type { HParams } from '../../words/trial';
import type { StageContext } from '../stage';
import { count } from '../format';
import type { SweepOptions } from './options';
import { replicateOf, replicationOf } from '../replicates';
import type { Training } from './trainings';
import type { SweepView } from './view';

export type SweepContext = StageContext<SweepOptions>;

/** What the points of a search follow from. */
type Search = Pick<SweepView, 'seed' | 'trainings' | 'search'> & { readonly options: Pick<SweepOptions, 'replicates'> };

/** One point of the space with everything that was trained at it. */
export interface Configuration {
  readonly hparams: HParams;
  /** The first is the search's own, the others are replicates. */
  readonly trainings: readonly Training[];
  /**
   * Objective by replicate; `null` for one that failed, nothing for one that is not there, runs or was stopped on its
   * way.
   */
  readonly scores: ReadonlyMap<number, number | null>;
  /** Of those that ended well, fold by fold; where there are no folds, the score alone. */
  readonly foldScores: ReadonlyMap<number, readonly number[]>;
  /**
   * Objective of the first training, by which the search ranks; `null` for a failure, and for one that runs or was
   * stopped on its way.
   */
  readonly score: number | null;
  /** Its place in the search; the study as it stood is 0. */
  readonly index: number;
  readonly isIncumbent: boolean;
}

/**
 * Seed of a replicate. All points of the search share the first: differences between them are then theirs, not their
 * seeds'.
 */
export function replicateSeed(seed: number, replicate: number): number {
  return replicateOf(seed, replicate, { splits: false }).seed;
}

/** Epochs of a whole training at a point. */
export const epochsOf = ({ options, facts }: Pick<SweepContext, 'options' | 'facts'>, hparams: HParams): number =>
  options.epochs ?? trainingOf(facts.training, hparams).epochs;

/** `SweepView.configurations`. */
export function configurationsOf({ options, seed, trainings, search }: Search): readonly Configuration[] {
  const seeds = Array.from({ length: replicationOf(options).seedsMax }, (_, replicate) =>
    replicateSeed(seed, replicate),
  );
  const byPoint = new Map<string, Training[]>();
  for (const training of trainings) {
    const others = byPoint.get(training.key);
    if (others === undefined) byPoint.set(training.key, [training]);
    else others.push(training);
  }
  return search.map(({ segments, key }, index) => {
    const own = byPoint.get(key) ?? [];
    const scores = new Map(
      own.flatMap(({ status, seed: replicate, score }): [number, number | null][] =>
        status === 'ended' || status === 'failed' ? [[seeds.indexOf(replicate), score]] : [],
      ),
    );
    return {
      hparams: segments[0]!.spec.hparams,
      trainings: own,
      scores,
      foldScores: new Map(
        own.flatMap(({ seed: replicate, score, foldScores }): [number, readonly number[]][] =>
          score === null ? [] : [[seeds.indexOf(replicate), foldScores ?? [score]]],
        ),
      ),
      score: scores.get(0) ?? null,
      index,
      isIncumbent: index === 0,
    };
  });
}

/** Scores of a point's seeds that ended well. */
export const scoresOf = ({ scores }: Configuration): readonly number[] =>
  [...scores.values()].filter((score) => score !== null);

/** The same without the first, which has selected the point. */
export const freshScores = ({ scores }: Configuration): readonly number[] =>
  [...scores].flatMap(([replicate, score]) => (replicate === 0 || score === null ? [] : [score]));

/** Mean of all on the objective's scale; `null` if none ended well. */
export function meanOf(configuration: Configuration, objective: Objective): number | null {
  const scores = scoresOf(configuration);
  return scores.length === 0 ? null : meanScore(scores, objective);
}

/** Share of a point's trainings that failed. It counts before any mean, which is the survivors' only. */
export function failedShare({ scores }: Configuration): number {
  return failures(scores) / Math.max(1, scores.size);
}

/** The same in words, e.g. `1 of 3 seeds`. */
export function failedSeeds({ scores }: Configuration): string {
  return `${failures(scores)} of ${count(scores.size, 'seed')}`;
}

function failures(scores: Configuration['scores']): number {
  return [...scores.values()].filter((score) => score === null).length;
}
