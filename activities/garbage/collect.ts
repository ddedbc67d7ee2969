/**
 * The garbage collection of a store: what no study refers to, and what crashes left behind.
 *
 * It is safe beside everything that runs, for it never acts on what it believes but on what the store confirms:
 * - It lists objects first, then reads manifests, then the records of studies. A study notes its opening before its
 *   first trial, a reuse in the trial's manifest, and a decision with the trials it rests on before it goes on, so what
 *   is used when its manifest is read is seen as used, and what is used later changes the manifest.
 * - A trial is taken over before it is deleted, by a conditional put over the very manifest that was read, as an
 *   attempt takes it over: a study that found or took it in between makes the put lose, and the trial stays. Whoever
 *   comes afterwards finds it held by the lease, within which it is gone.
 * - Data sets, bundles of model modules and initial weights go by the handshake of `./collector-lock`.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import { CONCURRENT_MAX, forEachConcurrently } from '../concurrency';
import { decodeManifest, encodeManifest, manifestKey, trialFolder } from '../ledger/manifest';
import type { TrialManifest } from '../ledger/manifest';
import { LEASE_SECONDS } from '../ledger/open-trial';
import { PreconditionFailed, StorageDenied } from '../storage/object-store';
import type { ListedObject, ObjectStore, PendingUpload } from '../storage/object-store';
import { checkStore, PROBE_PREFIXES } from '../storage/probes';
import { CollectorLock } from './collector-lock';
import { judge } from './judge';
import type { Clock, FoundTrial, Garbage } from './judge';
import { readRoots } from './roots';
import type { Roots } from './roots';

/** Probes live for seconds. */
const PROBE_SECONDS_MAX = 600;

/** Older ones nobody is at any more: within this, 64 kbit/s move 4.8 GB. */
const UPLOAD_SECONDS_MAX = 7 * 86_400;

export interface CollectOptions {
  /** What nobody refers to is kept this long after it was last written, for studies to come. */
  readonly olderThanSeconds: number;
  /** Only tells; writes nothing. */
  readonly dryRun: boolean;
  readonly onProgress: (text: string) => void;
}

export interface CollectedItem {
  /** A folder, e.g. `trials/<hash>/`. */
  readonly folder: string;
  readonly why: string;
  readonly objects: number;
  readonly bytes: number;
}

export interface Collected {
  readonly items: readonly CollectedItem[];
  /** What could not be judged, and why. */
  readonly problems: readonly string[];
}

interface ReadTrial extends FoundTrial {
  readonly etag: string | undefined;
}

/** What studies pin by its content when they begin. */
const PINNED = [
  { prefix: 'datasets', root: 'datasets', why: 'data set that no study refers to' },
  { prefix: 'models', root: 'bundles', why: 'bundle of a model module that no study refers to' },
  { prefix: 'weights', root: 'weights', why: 'initial weights that no study refers to' },
] as const;

type Pinned = (typeof PINNED)[number] & { readonly sha256: string; readonly objects: readonly ListedObject[] };

/** @throws GarbageBusy, RecordDamaged, StorageDenied, StorageRefused, StorageUnavailable */
export async function collectGarbage(store: ObjectStore, options: CollectOptions): Promise<Collected> {
  if (options.dryRun) return new Collection(store, options, Date.now(), undefined).run();
  // On a store that ignores conditions, a trial in use would be deleted.
  await checkStore(store);
  const lock = await CollectorLock.acquire(store);
  try {
    return await new Collection(store, options, await lock.storeTime(), lock).run();
  } finally {
    await lock.release();
  }
}

class Collection {
  private readonly items: CollectedItem[] = [];
  private readonly problems: string[] = [];
  /** Folders of trials that are gone. */
  private readonly gone = new Set<string>();
  private readonly clock: Clock;

  constructor(
    private readonly store: ObjectStore,
    private readonly options: CollectOptions,
    now: number,
    private readonly lock: CollectorLock | undefined,
  ) {
    this.clock = { now, olderThanSeconds: options.olderThanSeconds };
  }

  async run(): Promise<Collected> {
    const {
      store,
      options: { onProgress },
    } = this;
    onProgress('reading the trials');
    const pinned = await this.listPinned();
    const trials = await this.readTrials();
    onProgress('reading the studies that refer to them');
    const roots = await readRoots(store);
    await forEachConcurrently(trials, CONCURRENT_MAX, (trial) => this.collectTrial(trial, roots));
    await this.collectPinned(pinned, roots);
    for (const prefix of PROBE_PREFIXES) await this.collectProbes(prefix);
    await this.collectUploads();
    return { items: this.items.sort((a, b) => (a.folder < b.folder ? -1 : 1)), problems: this.problems };
  }

  private async readTrials(): Promise<readonly ReadTrial[]> {
    const read: ReadTrial[] = [];
    await forEachConcurrently(grouped(await this.store.list('trials/')), CONCURRENT_MAX, async ([hash, objects]) => {
      const stored = await this.store.get(manifestKey(hash));
      try {
        read.push({ hash, objects, manifest: stored && decodeManifest(hash, stored.bytes), etag: stored?.etag });
      } catch (error) {
        if (!(error instanceof StorageDenied)) throw error;
        this.problems.push(error.message);
      }
    });
    return read;
  }

  private async collectTrial(trial: ReadTrial, roots: Roots): Promise<void> {
    const garbage = judge(trial, roots, this.clock);
    if (garbage === undefined) return;
    const gone =
      this.options.dryRun ||
      (garbage.whole ? await this.deleteTrial(trial) : await this.deleteObjects(garbage.objects));
    if (!gone) return;
    this.tell(trialFolder(trial.hash), garbage);
    if (garbage.whole) this.gone.add(trialFolder(trial.hash));
  }

  /** Parts take space that no listing of objects shows. */
  private async collectUploads(): Promise<void> {
    const found = new Map<string, PendingUpload[]>();
    for (const upload of await this.store.listUploads('')) {
      const folder = upload.key.split('/').slice(0, 2).join('/') + '/';
      const age = (this.clock.now - upload.begunAt) / 1000;
      if (age >= UPLOAD_SECONDS_MAX || this.gone.has(folder)) found.set(folder, [...(found.get(folder) ?? []), upload]);
    }
    for (const [folder, uploads] of found) {
      if (!this.options.dryRun) await this.store.abandonUploads(uploads);
      const objects = uploads.map(({ key, begunAt }) => ({ key, bytes: 0, modifiedAt: begunAt }));
      this.tell(folder, { why: 'uploads that nobody ended', objects });
    }
  }

  /** @returns Whether it was still the trial that was judged. */
  private async deleteTrial({ hash, manifest, etag, objects }: ReadTrial): Promise<boolean> {
    if (manifest === undefined || etag === undefined) return this.deleteObjects(objects);
    const takenAt = performance.now();
    if (!(await this.takeOver(manifest, etag))) return false;
    const left = (await this.store.list(trialFolder(hash))).filter(({ key }) => key !== manifestKey(hash));
    for (const keys of [left.map(({ key }) => key), [manifestKey(hash)]]) {
      // Past the lease somebody else may hold it; a later collection finds what is left.
      if (performance.now() - takenAt > (LEASE_SECONDS * 1000) / 2) return false;
      await this.store.delete(keys);
    }
    return true;
  }

  private async takeOver(manifest: TrialManifest, etag: string): Promise<boolean> {
    const owner = {
      workflowId: 'stepwell gc',
      runId: '',
      activityId: 'gc',
      attempt: 1,
      token: randomUUID(),
      worker: 'stepwell gc',
    };
    const { format, hash, revision, receipts } = manifest;
    const taken: TrialManifest = {
      format,
      hash,
      revision: revision + 1,
      owner,
      renewedAt: Date.now(),
      checkpoints: [],
      receipts,
      death: null,
      result: null,
    };
    try {
      await this.store.put(manifestKey(hash), encodeManifest(taken), { ifMatch: etag });
      return true;
    } catch (error) {
      if (error instanceof PreconditionFailed) return false;
      throw error;
    }
  }

  private async listPinned(): Promise<readonly Pinned[]> {
    const found: Pinned[] = [];
    for (const kind of PINNED) {
      for (const [sha256, objects] of grouped(await this.store.list(`${kind.prefix}/`)))
        found.push({ ...kind, sha256, objects });
    }
    return found;
  }

  private async collectPinned(found: readonly Pinned[], roots: Roots): Promise<void> {
    const unused = found.filter(
      ({ root, sha256, objects }) => !roots[root].has(sha256) && objects.every((object) => this.isOlder(object, 0)),
    );
    if (unused.length === 0) return;
    await this.lock?.condemn(unused.map(({ sha256 }) => sha256));
    const now = this.lock === undefined ? roots : await readRoots(this.store);
    for (const { prefix, root, why, sha256, objects } of unused) {
      if (now[root].has(sha256) || this.lock?.isFresh() === false) continue;
      // The manifest first: a data set without one counts as not packed.
      const isManifest = ({ key }: ListedObject): boolean => key.endsWith('/manifest.json');
      await this.deleteObjects(objects.filter(isManifest));
      await this.deleteObjects(objects.filter((object) => !isManifest(object)));
      this.tell(`${prefix}/${sha256}/`, { why, objects });
    }
  }

  private async collectProbes(prefix: string): Promise<void> {
    const objects = (await this.store.list(prefix)).filter((object) => this.isOlder(object, PROBE_SECONDS_MAX));
    if (objects.length === 0) return;
    await this.deleteObjects(objects);
    this.tell(prefix, { why: 'probe of a process that died', objects });
  }

  private isOlder({ modifiedAt }: ListedObject, secondsMin: number): boolean {
    return (this.clock.now - modifiedAt) / 1000 >= Math.max(this.clock.olderThanSeconds, secondsMin);
  }

  private async deleteObjects(objects: readonly ListedObject[]): Promise<true> {
    if (!this.options.dryRun && objects.length > 0) await this.store.delete(objects.map(({ key }) => key));
    return true;
  }

  private tell(folder: string, { why, objects }: Pick<Garbage, 'why' | 'objects'>): void {
    this.items.push({
      folder,
      why,
      objects: objects.length,
      bytes: objects.reduce((sum, { bytes }) => sum + bytes, 0),
    });
  }
}

/** Objects by the folder below their prefix. */
function grouped(objects: readonly ListedObject[]): ReadonlyMap<string, readonly ListedObject[]> {
  const groups = new Map<string, ListedObject[]>();
  for (const object of objects) {
    const name = object.key.split('/')[1] ?? '';
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [object]);
    else group.push(object);
  }
  return groups;
}
