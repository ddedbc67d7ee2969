/**
 * Trials that were run elsewhere. They guide the sampler; they are never trained, never counted and never win.
 *
 * @module
 */
import type { Observation } from '../../search/sampler';
import type { Objective } from '../../words/study';
import type { HParams } from '../../words/trial';

/** What one import came to, as `resolveStudy` pins it in the options. */
export interface ImportedTrials {
  /** For people, e.g. `optuna-sqlite file:///data/old.db`. */
  readonly from: string;
  /** Scores may be compared with the study's own; else only their order counts. */
  readonly sameScale: boolean;
  /**
   * Hyperparameters of the space, with a score that gets better in the study's own direction; `null` for a trial known
   * to be bad.
   */
  readonly trials: readonly { readonly hparams: HParams; readonly score: number | null }[];
  /** What could not be used, a sentence each. */
  readonly notes: readonly string[];
}

/** More say little, and the study carries them through its history. */
export const IMPORTED_TRIALS_MAX = 2000;

/** What a sampler sees, in the direction that it is told. */
export interface Observed {
  readonly observations: readonly Observation[];
  readonly direction: Objective['direction'];
}

/**
 * A search's own trials together with those that were imported, which count as older.
 *
 * Scores of another scale cannot be mixed with the search's own. So wherever one import has such scores, every group
 * (each such import, and all trials of the study's own scale) is put in the order of its scores, from 0 for its best to
 * 1 for its worst.
 */
export function observed(
  imports: readonly ImportedTrials[],
  own: readonly Observation[],
  direction: Objective['direction'],
): Observed {
  const ofScale = (sameScale: boolean) => imports.filter((one) => one.sameScale === sameScale);
  const comparable = [...ofScale(true).flatMap(({ trials }) => trials.map(elsewhere)), ...own];
  if (ofScale(false).length === 0) return { observations: comparable, direction };
  const groups = [...ofScale(false).map(({ trials }) => trials.map(elsewhere)), comparable];
  return { observations: groups.flatMap((group) => inOrder(group, direction)), direction: 'minimize' };
}

function elsewhere({ hparams, score }: ImportedTrials['trials'][number]): Observation {
  return { hparams, score, elsewhere: true };
}

/**
 * Scores as shares of the way from the best to the worst; equal ones share theirs. Failed and running trials stay as
 * they are.
 */
function inOrder(observations: readonly Observation[], direction: Objective['direction']): readonly Observation[] {
  const sorted = observations
    .flatMap(({ score }) => (typeof score === 'number' && Number.isFinite(score) ? [score] : []))
    .sort((a, b) => (direction === 'minimize' ? a - b : b - a));
  const places = new Map<number, { first: number; count: number }>();
  sorted.forEach((score, i) => {
    const place = places.get(score);
    if (place === undefined) places.set(score, { first: i, count: 1 });
    else place.count += 1;
  });
  return observations.map((observation) => {
    const place = typeof observation.score === 'number' ? places.get(observation.score) : undefined;
    return place === undefined
      ? observation
      : { ...observation, score: (place.first + place.count / 2) / sorted.length };
  });
}

/** What the report says of the imports: how many trials guided the search, and what could not be used. */
export function importNotes(imports: readonly ImportedTrials[]): readonly string[] {
  return imports.flatMap(({ from, trials, sameScale, notes }) => [
    `${trials.length} trials of ${from} guided the search${sameScale ? '' : ' by the order of their scores'}; they were not run here`,
    ...notes.map((note) => `of ${from}: ${note}`),
  ]);
}
