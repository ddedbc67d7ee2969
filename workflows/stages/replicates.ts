/**
 * Trainings of the same hyperparameters that differ by chance alone: by their seed and, where asked, by which examples
 * validate.
 *
 * @module
 */
import { deriveSeed } from '../search/random';
import type { TrialSpec } from '../words/trial';
import { count } from './format';
import type { StudyFacts } from './stage';

/** Option `replicates` of a stage: a number of seeds, or all that may vary. */
export type Replicates =
  number | { readonly seeds: number; readonly seedsMax?: number | undefined; readonly splits?: boolean | undefined };

export interface Replication {
  readonly seeds: number;
  readonly seedsMax: number;
  /** Whether each but the first validates on other examples, too. */
  readonly splits: boolean;
  /** Of each, where points are cross-validated; else 1. */
  readonly folds: number;
}

type WithReplicates = { readonly replicates: Replicates };

/** The option in full. @param folds Of each replicate: these are drawn anew for each, whatever the option says. */
export function replicationOf({ replicates }: WithReplicates, folds = 1): Replication {
  const {
    seeds,
    seedsMax = seeds,
    splits = false,
  } = typeof replicates === 'number' ? { seeds: replicates } : replicates;
  return { seeds, seedsMax, splits: splits || folds > 1, folds };
}

/**
 * Seed and split of a replicate, from 0, by a stage's seed. All that a stage compares shares both, so that differences
 * are not theirs; the first is on the study's own split.
 */
export function replicateOf(
  seed: number,
  replicate: number,
  { splits }: Pick<Replication, 'splits'>,
): Pick<TrialSpec, 'seed' | 'split'> {
  const another = splits && replicate > 0;
  return {
    seed: deriveSeed(seed, 'replicate', replicate),
    ...(another && { split: { seed: deriveSeed(seed, 'replicateSplit', replicate) } }),
  };
}

/** A replicate in a label, e.g. `seed 2 of 3, another split`. */
export function replicateLabel(replicate: number, of: number, { splits }: Pick<Replication, 'splits'>): string {
  return `seed ${replicate + 1} of ${of}${splits && replicate > 0 ? ', another split' : ''}`;
}

/** Replicates in a sentence, e.g. `4 fresh seeds on as many splits`, or `2 fresh seeds of 5 folds each`. */
export function replicatesText(
  replicates: number,
  noun: string,
  { splits, folds }: Pick<Replication, 'splits' | 'folds'>,
): string {
  if (folds > 1) return `${count(replicates, noun)} of ${folds} folds each`;
  return `${count(replicates, noun)}${splits && replicates > 1 ? ' on as many splits' : ''}`;
}

/** Validation examples for one that trains, where replicates vary the split; else 0. As `superiorities` takes it. */
export const splitOverlap = (
  { trainExamples, validationExamples }: Pick<StudyFacts, 'trainExamples' | 'validationExamples'>,
  { splits }: Pick<Replication, 'splits'>,
): number => (splits ? validationExamples / trainExamples : 0);
