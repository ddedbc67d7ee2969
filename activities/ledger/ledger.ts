/**
 * What one attempt may do to its trial in the store, while nobody takes the trial over.
 *
 * A checkpoint is an immutable object: written under a key of its own, then committed by the manifest that names it.
 * What no manifest names any more is deleted after that manifest is committed; the last ones and what crashes left
 * behind, when the trial is finished.
 *
 * @module
 */
import { rm, stat } from 'node:fs/promises';
import type { Receipt, TrialResult } from '../../workflows/words/outcome';
import type { CheckpointFile } from '../trial/protocol';
import { Fenced } from './fenced-manifest';
import type { FencedManifest } from './fenced-manifest';
import { problemOf, putNamedFile, putNamedFolder } from '../storage/files';
import type { ObjectStore, TransferOptions } from '../storage/object-store';
import { isOwn, manifestKey, trialFolder } from './manifest';
import type { CommittedCheckpoint, Death, TrialOwner } from './manifest';

/** The newest, and one to fall back to if it turns out corrupt. The best one is kept besides. */
const KEEP_NEWEST = 2;

/** Steps are padded to this, so that keys are in the order of steps. */
const STEP_DIGITS = 10;

/** Of a result as JSON: a quarter of what Temporal takes, and it goes through the history twice. */
const RESULT_BYTES_MAX = 512 * 1024;

/** A result that would not fit into Temporal's history; training again would not mend it. */
export class ResultTooLarge extends Error {
  override readonly name = 'ResultTooLarge';
}

export interface RestoredCheckpoint extends CommittedCheckpoint {
  /** Local file. */
  readonly path: string;
}

/** The attempt before this one. */
export interface PreviousAttempt {
  readonly owner: TrialOwner;
  /** What it wrote down when it ended; `null` if it had no time to. */
  readonly death: Death | null;
  /** Newest step that it committed; 0 for none. */
  readonly step: number;
  readonly deviceSeconds: number;
}

export class TrialLedger {
  /** Whether there may be objects below the trial that its manifest does not name. */
  private mayHaveLeftovers: boolean;

  constructor(
    private readonly store: ObjectStore,
    private readonly manifest: FencedManifest,
    readonly previous: PreviousAttempt | null,
  ) {
    this.mayHaveLeftovers = manifest.current.revision > 1;
  }

  /** Newest committed checkpoint. */
  get checkpoint(): CommittedCheckpoint | null {
    return this.manifest.current.checkpoints.at(-1) ?? null;
  }

  get receipts(): readonly Receipt[] {
    return this.manifest.current.receipts;
  }

  /** A segment of another training has paused here: what lies in the store cost this one nothing. */
  get followsOthersPause(): boolean {
    const {
      previous,
      manifest: {
        current: { owner },
      },
    } = this;
    return previous?.death?.cause === 'paused' && !isOwn(owner, previous.owner);
  }

  /** What the attempt before this one failed of, if it said so. */
  get previousError(): string | undefined {
    return this.previous?.death?.error;
  }

  /**
   * Fetches the newest checkpoint that is whole; damaged ones are forgotten. What attempts that died had begun to put
   * is ended.
   *
   * @param onDamaged Called for each that is not, with what is wrong.
   * @returns null if there is none.
   */
  async restore(
    path: string,
    onDamaged: (problem: string) => void,
    options: TransferOptions = {},
  ): Promise<RestoredCheckpoint | null> {
    const { hash, checkpoints } = this.manifest.current;
    if (this.previous !== null) await this.abandonUploads(trialFolder(hash)).catch(() => undefined);
    const damaged = new Set<string>();
    let restored: RestoredCheckpoint | null = null;
    for (const checkpoint of checkpoints.toReversed()) {
      const problem = problemOf(await this.store.getFile(checkpoint.key, path, options), checkpoint);
      if (problem === undefined) {
        restored = { ...checkpoint, path };
        break;
      }
      await rm(path, { force: true });
      damaged.add(checkpoint.key);
      onDamaged(`checkpoint cannot be used: ${problem} [key=${checkpoint.key}, step=${checkpoint.step}]`);
    }
    if (damaged.size > 0) {
      await this.manifest.update((now) => ({
        ...now,
        checkpoints: now.checkpoints.filter(({ key }) => !damaged.has(key)),
      }));
    }
    return restored;
  }

  async addReceipt(receipt: Receipt): Promise<void> {
    await this.manifest.update((now) =>
      isSame(now.receipts.at(-1), receipt) ? now : { ...now, receipts: [...now.receipts, receipt] },
    );
  }

  /** Leaves word of how this attempt ended, and the trial to whoever comes. */
  async noteDeath(death: Death): Promise<void> {
    await this.manifest.update((now) => (now.result !== null || isSame(now.death, death) ? now : { ...now, death }));
  }

  /** Says that this attempt lives, as every other write does too. @throws Fenced */
  async renew(): Promise<void> {
    await this.manifest.update((now) => (now.result === null ? { ...now } : now));
  }

  /** @throws Fenced, StorageUnavailable; then the checkpoint before is still the newest. May be called again. */
  async commitCheckpoint(file: CheckpointFile, options: TransferOptions = {}): Promise<void> {
    const { hash, owner, revision } = this.manifest.current;
    const { size } = await stat(file.path);
    if (size !== file.bytes)
      throw new Error(`checkpoint file must have ${file.bytes} bytes, got ${size} [step=${file.step}]`);
    const { sha256, step, epoch, best, deviceSeconds } = file;
    this.mayHaveLeftovers = true;
    // The token keeps attempts apart, the revision two checkpoints of one step.
    const key = `${trialFolder(hash)}checkpoints/${String(step).padStart(STEP_DIGITS, '0')}-${owner.token}-${revision}.safetensors`;
    const put = await this.store.putFile(key, file.path, { ...options, sha256 });
    const checkpoint = { ...put, step, epoch, best, deviceSeconds };
    const before = this.manifest.current.checkpoints;
    try {
      const { checkpoints } = await this.manifest.update((now) => ({
        ...now,
        checkpoints: withCheckpoint(now.checkpoints, checkpoint),
      }));
      await this.tryDelete(before.map((old) => old.key).filter((old) => !checkpoints.some((kept) => kept.key === old)));
    } catch (error) {
      if (error instanceof Fenced) await this.tryDelete([key]);
      throw error;
    }
  }

  /**
   * Puts the result's files into the store and makes the manifest final. May be called again. Nobody goes on from a
   * training that has ended: its checkpoints go, those of segments before a pause too.
   *
   * Memory that ran out is not kept as a result: on another machine, or an hour later, there may be enough. Nor is a
   * model that cannot be built: another version may build it, and to ask again costs nothing. Nor is a pause: the trial
   * is left, with its checkpoints, to whoever goes on with it.
   *
   * @throws ResultTooLarge, Fenced, StorageUnavailable
   */
  async finish(
    result: TrialResult,
    { weightsPath, modelFolder }: { readonly weightsPath: string | null; readonly modelFolder: string | null },
    options: TransferOptions = {},
  ): Promise<TrialResult> {
    options.signal?.throwIfAborted();
    const folder = trialFolder(this.manifest.current.hash);
    assertSize(result);
    const weights = weightsPath === null ? null : await putNamedFile(this.store, folder, weightsPath, options);
    const model = modelFolder === null ? null : await putNamedFolder(this.store, folder, modelFolder, options);
    const final: TrialResult = { ...result, weights, model: model?.prefix ?? null };
    const { status } = result.outcome;
    if (status === 'outOfMemory' || status === 'invalid') {
      await this.noteDeath({ cause: status, step: 0, deviceSeconds: 0 });
      return final;
    }
    if (result.outcome.status === 'paused') {
      const { steps, deviceSeconds } = result.outcome.measurement;
      await this.noteDeath({ cause: 'paused', step: steps, deviceSeconds });
      return final;
    }
    await this.manifest.update((now) => (now.result === null ? { ...now, checkpoints: [], result: final } : now));
    if (this.mayHaveLeftovers) await this.sweep([...(weights === null ? [] : [weights.key]), ...(model?.keys ?? [])]);
    return final;
  }

  /**
   * Deletes what no longer counts below a finished trial: its checkpoints, and what crashed attempts wrote and never
   * committed. A first attempt without a checkpoint has left nothing.
   */
  private async sweep(resultKeys: readonly string[]): Promise<void> {
    const { hash } = this.manifest.current;
    const kept = new Set([manifestKey(hash), ...resultKeys]);
    const present = await this.store.list(trialFolder(hash)).catch(() => []);
    await this.tryDelete(present.map(({ key }) => key).filter((key) => !kept.has(key)));
  }

  private async abandonUploads(prefix: string): Promise<void> {
    await this.store.abandonUploads(await this.store.listUploads(prefix));
  }

  /** What stays costs space and nothing else: no trial fails for it. */
  private async tryDelete(keys: readonly string[]): Promise<void> {
    if (keys.length > 0) await this.store.delete(keys).catch(() => undefined);
  }
}

/** Checkpoints to keep, with one more: the newest, and the one where the best epoch ended. */
export function withCheckpoint(
  checkpoints: readonly CommittedCheckpoint[],
  added: CommittedCheckpoint,
): readonly CommittedCheckpoint[] {
  const all = [...checkpoints.filter(({ step }) => step !== added.step), added].sort((a, b) => a.step - b.step);
  const best = all.findLast((checkpoint) => checkpoint.best);
  return all.filter((checkpoint, i) => i >= all.length - KEEP_NEWEST || checkpoint === best);
}

function assertSize(result: TrialResult): void {
  const bytes = Buffer.byteLength(JSON.stringify(result));
  if (bytes <= RESULT_BYTES_MAX) return;
  const points = 'measurement' in result.outcome ? result.outcome.measurement.curve.length : 0;
  throw new ResultTooLarge(
    `trial result must have at most ${RESULT_BYTES_MAX} bytes, got ${bytes} [trial=${result.trialId}, epochs=${points}]; train fewer epochs`,
  );
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
