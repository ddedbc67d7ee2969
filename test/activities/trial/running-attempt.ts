/**
 * An attempt at a trial under way, with a trainer that the test plays.
 *
 * @module
 */
import { mkdtempSync } from 'node:fs';
import path from 'node:path';
import type { TrialLedger } from '../../../activities/ledger/ledger';
import type { ObjectStore } from '../../../activities/storage/object-store';
import { TrainingAttempt } from '../../../activities/trial/training-attempt';
import type { TrialProgress } from '../../../workflows/words/contract';
import type { TrialResult } from '../../../workflows/words/outcome';
import type { TrialSpec } from '../../../workflows/words/trial';
import { folder, HASH, take } from '../ledger/trial-support';
import { FakeTrainer } from './fake-trainer';
import { trialInput } from './trial-input';

export interface RunningAttempt {
  readonly trainer: FakeTrainer;
  readonly ending: AbortController;
  readonly progress: TrialProgress[];
  readonly problems: string[];
  readonly attempt: TrainingAttempt;
  readonly ended: Promise<TrialResult | Error>;
}

export async function runAttempt(
  store: ObjectStore,
  options: {
    readonly attempt?: number;
    readonly trial?: Partial<TrialSpec>;
    readonly fetchDataset?: () => Promise<string>;
    readonly ledger?: TrialLedger;
  } = {},
): Promise<RunningAttempt> {
  const { attempt: number = 1, trial = {}, fetchDataset = async () => '/datasets/d' } = options;
  const trainer = new FakeTrainer();
  const ending = new AbortController();
  const progress: TrialProgress[] = [];
  const problems: string[] = [];
  const attempt = new TrainingAttempt({
    input: trialInput({}, trial),
    hash: HASH,
    trainer,
    ledger: options.ledger ?? (await take(store, { attempt: number })),
    fetchDataset,
    liveness: { moved: () => undefined, stepped: () => undefined },
    scratchFolder: mkdtempSync(path.join(folder, 'scratch-')),
    fetchModel: async () => null,
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
    attempt,
    ended: attempt.run().catch((error: unknown) => error as Error),
  };
}
