/**
 * One study from its start to its end on an arena, with or without a killer beside it, and all that it left.
 *
 * @module
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import { collectGarbage } from '../../activities/garbage/collect';
import { s3Store } from '../../activities/storage/s3';
import type { TrialManifest } from '../../activities/ledger/manifest';
import type { StudyResult } from '../../workflows/words/progress';
import type { StudyInput } from '../../workflows/spec';
import type { tuneStudy } from '../../workflows';
import { digitsStudy, start } from '../support/studies';
import { openArena } from './arena';
import type { Arena, Servers } from './arena';
import { killer } from './killer';
import type { KillerOptions, RecordedBlow } from './killer';
import { processesOf } from './processes';
import { verifyStudy } from '../../activities/verify/verify-study';
import type { Damage } from '../../activities/verify/object-checks';
import { trialsOnDisk } from './trials-on-disk';

/**
 * Every stage, dropout and augmentation, so that a lost random stream would show; and decisions that nothing but
 * results may move.
 */
export function chaosStudy(name: string): StudyInput {
  return digitsStudy({
    name,
    reproducible: true,
    training: {
      optimizer: { name: 'adam' },
      schedule: { name: 'cosine' },
      epochs: 6,
      hparams: { batchSize: 32, dropoutRate: 0.2, shift: 0.1 },
    },
    budget: { parallelTrials: 2 },
    checkpointEverySteps: CHECKPOINT_EVERY_STEPS,
    stages: [
      { stage: 'lrRangeTest' },
      { stage: 'batchSizeLadder', batchSizeMax: 64 },
      {
        stage: 'regularizationSweep',
        space: { dropoutRate: { uniform: [0, 0.5] }, weightDecay: { logUniform: [1e-5, 1e-2] } },
        trials: 6,
        replicateTop: 2,
        replicates: 2,
      },
      { stage: 'finalTrain', epochs: 60, replicates: 2 },
    ],
  });
}

export const CHECKPOINT_EVERY_STEPS = 60;

/** What a round left. */
export interface Round {
  readonly result: StudyResult;
  /** By hash. */
  readonly trials: ReadonlyMap<string, TrialManifest>;
  readonly blows: readonly RecordedBlow[];
  /** Processes that outlived their workers. */
  readonly orphans: readonly number[];
  /** Of what the study refers to, after a garbage collection that spared nothing for its age. */
  readonly damage: readonly Damage[];
  /** Folders that a second collection still found. */
  readonly garbage: readonly string[];
  readonly seconds: number;
}

/** Runs the study to its end. @param plan Without one nothing is disturbed. */
export async function runRound(servers: Servers, name: string, plan?: Omit<KillerOptions, 'signal'>): Promise<Round> {
  const arena = await openArena(servers, name);
  const startedAt = performance.now();
  const ended = new AbortController();
  let blows: Promise<readonly RecordedBlow[]> = Promise.resolve([]);
  try {
    const connection = await Connection.connect({ address: servers.temporal.server.address });
    try {
      const handle = await start(new Client({ connection }), arena.world, chaosStudy(name));
      if (plan !== undefined) blows = killer(arena, { ...plan, signal: ended.signal });
      const result = await resultOf(handle);
      const seconds = (performance.now() - startedAt) / 1000;
      ended.abort();
      const struck = await blows;
      await arena.closeWorkers();
      const trials = trialsOf(arena);
      return {
        result,
        seconds,
        blows: struck,
        trials,
        orphans: await processesOf(arena.world.cacheFolder),
        ...(await afterwards(arena, name)),
      };
    } finally {
      await connection.close();
    }
  } finally {
    ended.abort();
    await blows.catch(() => undefined);
    await arena.closeWorkers();
  }
}

/** The server may be away at any moment. @throws WorkflowFailedError */
async function resultOf(handle: WorkflowHandle<typeof tuneStudy>): Promise<StudyResult> {
  for (;;) {
    const status = await handle.describe().then(
      ({ status: { name } }) => name,
      () => 'RUNNING',
    );
    if (status !== 'RUNNING' && status !== 'CONTINUED_AS_NEW') return handle.result();
    await delay(POLL_MILLISECONDS);
  }
}

const POLL_MILLISECONDS = 250;

/** What a garbage collection and a verification find in the store when all is over. */
async function afterwards({ world }: Arena, studyId: string): Promise<Pick<Round, 'damage' | 'garbage'>> {
  const store = s3Store({ bucket: world.bucket, prefix: 'v1/', access: world.access });
  const collect = () => collectGarbage(store, { olderThanSeconds: 0, dryRun: false, onProgress: () => undefined });
  await collect();
  const { items } = await collect();
  const { damage } = await verifyStudy(store, studyId, () => undefined);
  return { damage, garbage: items.map(({ folder }) => folder) };
}

function trialsOf({ objects }: Arena): ReadonlyMap<string, TrialManifest> {
  return new Map(trialsOnDisk(objects).map((manifest) => [manifest.hash, manifest]));
}
