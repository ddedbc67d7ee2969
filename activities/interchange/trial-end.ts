/**
 * How a trial of another program ended, in the words that such programs use, and what that says about its point.
 *
 * @module
 */
import { STAGES, stageIdOf } from '../../workflows/stages';
import type { ForeignTrial, ForeignTrials, ForeignValue } from './trial-row';

/** What a status says: the score counts, the point is known to be bad, or nothing is known. */
type End = 'scored' | 'bad' | 'unfinished' | 'broken';

/**
 * Our own statuses, Optuna's and Ray Tune's, in lower case. An end by a pruner counts as bad: its score is of a shorter
 * training.
 */
const ENDS: Readonly<Record<string, End>> = {
  completed: 'scored',
  earlystopped: 'scored',
  complete: 'scored',
  terminated: 'scored',
  pruned: 'bad',
  paused: 'bad',
  diverged: 'bad',
  dead: 'bad',
  outofmemory: 'bad',
  invalid: 'bad',
  running: 'unfinished',
  cancelled: 'unfinished',
  waiting: 'unfinished',
  pending: 'unfinished',
  fail: 'broken',
  failed: 'broken',
  error: 'broken',
};

const REASONS = {
  unfinished: 'not ended',
  broken: 'failed for a reason that may not lie in its hyperparameters',
  unscored: 'without a score',
} as const;

/** One row of a file, not judged yet. */
export interface RawTrial {
  readonly hparams: Readonly<Record<string, ForeignValue>>;
  /** `undefined` where there is none; NaN and infinities are those of a training that diverged. */
  readonly score: number | undefined;
  readonly status?: string | undefined;
  /** Why it says nothing, where its reader knows. */
  readonly leftOut?: string | undefined;
}

/** The trials that say something, and the others counted by reason. */
export function judged(rows: readonly RawTrial[]): Pick<ForeignTrials, 'trials' | 'leftOut'> {
  const trials: ForeignTrial[] = [];
  const leftOut = new Map<string, number>();
  for (const row of rows) {
    const verdict = verdictOf(row);
    if (typeof verdict === 'string') leftOut.set(verdict, (leftOut.get(verdict) ?? 0) + 1);
    else trials.push({ hparams: row.hparams, score: verdict.score });
  }
  return { trials, leftOut };
}

function verdictOf({ score, status, leftOut }: RawTrial): { readonly score: number | null } | string {
  if (leftOut !== undefined) return leftOut;
  const end = status === undefined ? 'scored' : (ENDS[status.toLowerCase().replace(/^trialstate\./, '')] ?? 'scored');
  if (end === 'unfinished' || end === 'broken') return REASONS[end];
  if (end === 'bad') return { score: null };
  if (score === undefined) return REASONS.unscored;
  return { score: Number.isFinite(score) ? score : null };
}

/** Ids of stages whose trials are of a search, but for the number of one that a study has again. */
const SEARCHES: readonly string[] = Object.values(STAGES)
  .filter(({ isSearch }) => isSearch === true)
  .map(({ name }) => stageIdOf(name));

/** Why a trial of a stage of ours says nothing to a sweep; `undefined` where it does. */
export function reasonOfStage(stage: unknown): string | undefined {
  return typeof stage !== 'string' || stage === '' || SEARCHES.includes(stage.replace(/-\d+$/, ''))
    ? undefined
    : 'of other stages than sweeps';
}

/**
 * Entries without those that were continued: a trial that paused goes on as `007.2`, which tells all that `007` did.
 *
 * @param idOf A trial's id; `undefined` for one without, which stays.
 */
export function withoutContinued<T>(entries: readonly T[], idOf: (entry: T) => string | undefined): readonly T[] {
  const last = new Map<string, T>();
  const baseOf = (entry: T): string | undefined => idOf(entry)?.replace(/\.\d+$/, '');
  for (const entry of entries) {
    const base = baseOf(entry);
    if (base !== undefined) last.set(base, entry);
  }
  return entries.filter((entry) => {
    const base = baseOf(entry);
    return base === undefined || last.get(base) === entry;
  });
}
