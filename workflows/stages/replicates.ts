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
}

type WithReplicates = { readonly replicates: Replicates };

/** The option in full. */
export function replicationOf({ replicates }: WithReplicates): Replication {
  const {
    seeds,
    seedsMax = seeds,
    splits = false,
  } = typeof replicates === 'number' ? { seeds: replicates } : replicates;
  return { seeds, seedsMax, splits };
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

/** Replicates in a sentence, e.g. `4 fresh seeds on as many splits`. */
export function replicatesText(replicates: number, noun: string, { splits }: Pick<Replication, 'splits'>): string {
  return `${count(replicates, noun)}${splits && replicates > 1 ? ' on as many splits' : ''}`;
}

/** Validation examples for one that trains, where replicates vary the split; else 0. As `superiorities` takes it. */
export const splitOverlap = (
  { trainExamples, validationExamples }: Pick<StudyFacts, 'trainExamples' | 'validationExamples'>,
  { splits }: Pick<Replication, 'splits'>,
): number => (splits ? validationExamples / trainExamples : 0);
