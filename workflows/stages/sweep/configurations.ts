import { ranked } from '../../analysis/ranking';
import { deriveSeed } from '../../search/random';
import { pointKey } from '../../search/space';
import { isFirstSegment } from '../../trials/segments';
import type { HParams, Trial } from '../../words/trial';
import type { StageContext } from '../stage';
import { count } from '../format';
import { violationOf } from './constraints';
import type { SweepOptions } from './options';
import { trainingsOf } from './trainings';
import type { Training } from './trainings';

export type SweepContext = StageContext<SweepOptions>;

/** What the points of a search follow from. */
type SearchContext = Pick<SweepContext, 'seed' | 'trials'> & {
  readonly options: Pick<SweepOptions, 'space' | 'replicates'>;
  readonly facts: Pick<SweepContext['facts'], 'objective'>;
};

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
  return deriveSeed(seed, 'replicate', replicate);
}

/** Trials of the search itself: the first of each point, and of that the first segment. */
export function searchTrials({ trials, seed }: Pick<SweepContext, 'trials' | 'seed'>): readonly Trial[] {
  const first = replicateSeed(seed, 0);
  return trials.filter((trial) => trial.spec.seed === first && isFirstSegment(trial));
}

/** The same as trainings. */
export function searchTrainings({ trials, seed, facts: { objective } }: SweepContext): readonly Training[] {
  const first = replicateSeed(seed, 0);
  return trainingsOf(trials, objective).filter((training) => training.seed === first);
}

/** Whether the search is over: the best of it are trained with further seeds. */
export function isReplicating({ trials, seed }: SweepContext): boolean {
  const first = replicateSeed(seed, 0);
  return trials.some(({ spec }) => spec.seed !== first);
}

/** Epochs of a whole training. */
export const epochsOf = ({ options, facts }: SweepContext): number => options.epochs ?? facts.training.epochs;

/** Every point tried, in the order of the search; the first is the study as it stood. */
export function configurationsOf(context: SearchContext): readonly Configuration[] {
  const {
    options: { space, replicates },
    seed,
    facts,
    trials,
  } = context;
  const seeds = Array.from({ length: replicates }, (_, replicate) => replicateSeed(seed, replicate));
  const byPoint = new Map<string, Training[]>();
  for (const training of trainingsOf(trials, facts.objective)) {
    const key = pointKey(space, training.hparams);
    const others = byPoint.get(key);
    if (others === undefined) byPoint.set(key, [training]);
    else others.push(training);
  }
  return searchTrials(context).map(({ spec: { hparams } }, index) => {
    const trainings = byPoint.get(pointKey(space, hparams)) ?? [];
    const scores = new Map(
      trainings.flatMap(({ status, seed: own, score }): [number, number | null][] =>
        status === 'ended' || status === 'failed' ? [[seeds.indexOf(own), score]] : [],
      ),
    );
    return { hparams, trainings, scores, score: scores.get(0) ?? null, index, isIncumbent: index === 0 };
  });
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

/**
 * What is trained again: the study as it stood and the best others, by the constraints and their first score; nothing
 * that failed.
 */
export function replicatedConfigurations(context: SweepContext): readonly Configuration[] {
  const configurations = configurationsOf(context).filter(({ score }) => score !== null);
  const incumbent = configurations.filter(({ isIncumbent }) => isIncumbent);
  const others = [
    ...ranked(
      configurations.filter(({ isIncumbent }) => !isIncumbent),
      context.facts.objective,
    ),
  ].sort((a, b) => violationOf(context, a) - violationOf(context, b));
  return [...incumbent, ...others.slice(0, context.options.replicateTop)];
}
