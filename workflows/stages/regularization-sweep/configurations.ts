import { ranked } from '../../analysis/ranking';
import { deriveSeed } from '../../search/random';
import type { Space } from '../../search/space';
import type { HParams, Trial } from '../../trial';
import type { StageContext } from '../stage';
import { soundScore } from '../trials';
import { count } from '../format';
import type { RegularizationSweepOptions } from './options';

export type SweepContext = StageContext<RegularizationSweepOptions>;

/** One point of the space with everything that was trained at it. */
export interface Configuration {
  readonly hparams: HParams;
  /** The first is the search's own, the others are replicates. */
  readonly trials: readonly Trial[];
  /** Objective by replicate; `null` for one that failed, nothing for one that is not there or runs. */
  readonly scores: ReadonlyMap<number, number | null>;
  /** Objective of the first training, by which the search ranks; `null` for a failure, or while it runs. */
  readonly score: number | null;
  /** Its place in the search; the study as it stood is 0. */
  readonly index: number;
  readonly isIncumbent: boolean;
}

/** Seed of a replicate. All points of the search share the first: differences between them are then theirs, not their seeds'. */
export function replicateSeed(seed: number, replicate: number): number {
  return deriveSeed(seed, 'replicate', replicate);
}

/** Identity of a point: its values in the order of the space. */
export function pointKey(space: Space, hparams: HParams): string {
  return JSON.stringify(Object.keys(space).map((name) => hparams[name] ?? null));
}

/** Trials of the search itself, the first of each point. */
export function searchTrials({ trials, seed }: SweepContext): readonly Trial[] {
  return trials.filter(({ spec }) => spec.seed === replicateSeed(seed, 0));
}

/** Every point tried, in the order of the search; the first is the study as it stood. */
export function configurationsOf(context: SweepContext): readonly Configuration[] {
  const { options: { space, replicates }, seed, facts, trials } = context;
  const seeds = Array.from({ length: replicates }, (_, replicate) => replicateSeed(seed, replicate));
  return searchTrials(context).map((first, index) => {
    const key = pointKey(space, first.spec.hparams);
    const own = trials.filter(({ spec }) => pointKey(space, spec.hparams) === key);
    const scores = new Map(own.flatMap((trial): [number, number | null][] => {
      if (trial.result === undefined) return [];
      return [[seeds.indexOf(trial.spec.seed), soundScore(trial, facts.objective)]];
    }));
    return { hparams: first.spec.hparams, trials: own, scores, score: scores.get(0) ?? null, index, isIncumbent: index === 0 };
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

/** What is trained again: the study as it stood and the best others, by their first score; nothing that failed. */
export function replicatedConfigurations(context: SweepContext): readonly Configuration[] {
  const configurations = configurationsOf(context).filter(({ score }) => score !== null);
  const incumbent = configurations.filter(({ isIncumbent }) => isIncumbent);
  const others = ranked(configurations.filter(({ isIncumbent }) => !isIncumbent), context.facts.objective);
  return [...incumbent, ...others.slice(0, context.options.replicateTop)];
}
