/**
 * One attempt at the trial as a process of its own, as a worker goes about it: it takes the trial, fetches the newest
 * checkpoint, and if there is none puts the state there.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import { s3Store } from '../../activities';
import { TrialLedger } from '../../activities/ledger/ledger';
import { openTrial } from '../../activities/ledger/open-trial';
import type { S3Access } from '../../activities/storage/s3-client';
import { contentOf } from '../../activities/storage/pieces';
import type { CheckpointFile } from '../../activities/trial/protocol';

export interface AttemptJob {
  readonly access: S3Access;
  readonly bucket: string;
  readonly hash: string;
  /** From 1; each takes over from the one before. */
  readonly attempt: number;
  readonly state: CheckpointFile;
  /** Where a checkpoint is fetched to. */
  readonly restoreTo: string;
}

export type AttemptNews =
  /** Of the transfer at hand, and the process's peak of resident memory so far. */
  | { readonly type: 'moved'; readonly bytes: number; readonly peakBytes: number }
  /** `restored`: the file's hash, read once more from the disk; `null` if there was nothing to restore. */
  | { readonly type: 'ended'; readonly restored: string | null; readonly seconds: number; readonly peakBytes: number };

const TOLD_EVERY_BYTES = 16 * 1024 * 1024;
const peakBytes = (): number => process.resourceUsage().maxRSS * 1024;
const tell = (news: AttemptNews): void => void process.send?.(news);

/** Tells of movement now and then. */
function teller(): (bytes: number) => void {
  let [sum, told] = [0, 0];
  return (bytes) => {
    sum += bytes;
    if (sum - told < TOLD_EVERY_BYTES) return;
    told = sum;
    tell({ type: 'moved', bytes: sum, peakBytes: peakBytes() });
  };
}

async function main({ access, bucket, hash, attempt, state, restoreTo }: AttemptJob): Promise<void> {
  const store = s3Store({ bucket, prefix: '', access });
  const ledger = await openTrial(store, {
    hash,
    owner: {
      workflowId: 'study/large-state',
      runId: 'run',
      activityId: 'final-train/000',
      attempt,
      token: randomUUID(),
      worker: `bench/${process.pid}`,
    },
  });
  if (!(ledger instanceof TrialLedger)) throw new Error('the trial is finished already');
  const begin = performance.now();
  const onDamaged = (problem: string): never => {
    throw new Error(problem);
  };
  const restored = await ledger.restore(restoreTo, onDamaged, { onMoved: teller() });
  if (restored === null) await ledger.commitCheckpoint(state, { onMoved: teller() });
  const seconds = (performance.now() - begin) / 1000;
  const sha256 = restored === null ? null : (await contentOf(restored.path)).sha256;
  tell({ type: 'ended', restored: sha256, seconds, peakBytes: peakBytes() });
}

process.once('message', (job: AttemptJob) => {
  main(job)
    .then(() => process.disconnect())
    .catch((error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      process.exitCode = 1;
      process.disconnect();
    });
});
