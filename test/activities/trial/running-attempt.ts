/**
 * An attempt at a trial under way, with a trainer that the test plays.
 *
 * @module
 */
import { mkdtempSync } from 'node:fs';
import path from 'node:path';
import type { TrialLedger } from '../../../activities/ledger/ledger';
import type { ObjectStore } from '../../../activities/storage/object-store';
import type { Liveness } from '../../../activities/trial/liveness';
import { TrainingAttempt } from '../../../activities/trial/training-attempt';
import type { TrialProgress } from '../../../workflows/words/contract';
import type { TrialResult } from '../../../workflows/words/outcome';
import type { TrialSpec } from '../../../workflows/words/trial';
import { folder, HASH, take } from '../ledger/trial-support';
import { FakeTrainer } from './fake-trainer';
import { trialInput } from './trial-input';

export const UNWATCHED = { enter: () => undefined, moved: () => undefined, stepped: () => undefined };

export interface RunningAttempt {
  readonly trainer: FakeTrainer;
  readonly ending: AbortController;
  readonly progress: TrialProgress[];
  readonly problems: string[];
  /** How often the trainer was given back. */
  readonly given: { readonly count: number };
  readonly attempt: TrainingAttempt;
  readonly ended: Promise<TrialResult | Error>;
}

export async function runAttempt(
  store: ObjectStore,
  options: {
    readonly attempt?: number;
    readonly trial?: Partial<TrialSpec>;
    readonly fetchDataset?: () => Promise<string>;
    readonly fetchWeights?: () => Promise<string | null>;
    readonly ledger?: TrialLedger;
    readonly liveness?: Pick<Liveness, 'enter' | 'moved' | 'stepped'>;
  } = {},
): Promise<RunningAttempt> {
  const { attempt: number = 1, trial = {}, fetchDataset = async () => '/datasets/d' } = options;
  const trainer = new FakeTrainer();
  const ending = new AbortController();
  const progress: TrialProgress[] = [];
  const problems: string[] = [];
  const given = { count: 0 };
  const attempt = new TrainingAttempt({
    input: trialInput({}, trial),
    hash: HASH,
    trainer,
    ledger: options.ledger ?? (await take(store, { attempt: number })),
    fetchDataset,
    liveness: options.liveness ?? UNWATCHED,
    stopSeconds: 25,
    onTrained: () => (given.count += 1),
    scratchFolder: mkdtempSync(path.join(folder, 'scratch-')),
    fetchModel: async () => null,
    fetchWeights: options.fetchWeights ?? (async () => null),
    heartbeat: undefined,
    attempt: number,
    ending,
    onProgress: (now) => progress.push(now),
    warn: (problem) => problems.push(problem),
  });
  return {
    trainer,
    ending,
    progress,
    problems,
    given,
    attempt,
    ended: attempt.run().catch((error: unknown) => error as Error),
  };
}
