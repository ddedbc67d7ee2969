/**
 * Packed data sets on a worker's own disk.
 *
 * @module
 */
import { mkdir, readFile, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { PinnedDataset } from '../../../workflows/words/study';
import { abortable, forEachConcurrently } from '../../concurrency';
import type { ObjectStore, TransferOptions } from '../../storage/object-store';
import { contentOf } from '../../storage/pieces';
import { ownedName, sweepOwned } from '../../owned-folders';
import { DatasetCorrupt } from '../errors';
import { manifestKey, packedFiles, packedManifestSchema } from './packed';
import type { PackedManifest } from './packed';

const MANIFEST = 'manifest.json';
/** Files of downloads that may have died; of a live one on another machine none is ever this old. */
const PARTIAL = '.partial-';
const PARTIAL_AGE_MILLISECONDS = 24 * 60 * 60 * 1000;

/** Sizes are looked at this often, where the caller does not mistrust them. */
const SIZES_MILLISECONDS = 60_000;
/** Enough to fill a link whose answers take their time. */
const TRANSFERS_AT_ONCE = 8;

/** A folder that this process is checking or has checked. */
interface Copy {
  readonly manifest: Promise<PackedManifest>;
  /** When its sizes were last found right, in milliseconds of a monotonic clock. */
  sizesSeenAt: number;
  /** All who wait for it: each has a heartbeat of its own to keep up. */
  readonly watchers: Set<(bytes: number) => void>;
  /** Ends it once nobody waits. */
  readonly ending: AbortController;
}

export interface EnsureOptions extends TransferOptions {
  /** At the sizes: `always`, unless given, or where nothing failed for want of a file, `eachMinute`. */
  readonly look?: 'always' | 'eachMinute';
}

/** By folder. Hashing gigabytes before every trial would cost more than small trials do. */
const copies = new Map<string, Copy>();

/**
 * The local folder of a packed data set: its manifest and its files, verified by hash once in the life of this process,
 * later by size.
 *
 * Damaged or missing files are fetched again, one by one, so that a download goes on where it was broken off. Any
 * number of processes may share the folder: each file is replaced whole, and all write the same bytes.
 *
 * `onMoved` is called as bytes move and after every file; a signal ends the download if nobody else waits for it.
 *
 * @throws DatasetCorrupt if the store has not what the content address says.
 */
export async function ensureDataset(
  store: ObjectStore,
  dataset: PinnedDataset,
  folder: string,
  { look = 'always', ...transfer }: EnsureOptions = {},
): Promise<string> {
  const target = path.resolve(folder, dataset.sha256);
  const checked = copies.get(target);
  const manifest = await watch(checked, transfer).catch(() => undefined);
  if (checked !== undefined && manifest !== undefined) {
    const now = performance.now();
    if (look === 'eachMinute' && now - checked.sizesSeenAt < SIZES_MILLISECONDS) return target;
    if (await hasSizes(target, dataset, manifest)) {
      checked.sizesSeenAt = now;
      return target;
    }
  }
  if (copies.get(target) === checked) copies.delete(target);
  const copy = copies.get(target) ?? begin(store, dataset.sha256, target);
  try {
    await watch(copy, transfer);
    return target;
  } catch (error) {
    if (copies.get(target) === copy) copies.delete(target);
    throw error;
  }
}

function begin(store: ObjectStore, sha256: string, target: string): Copy {
  const watchers: Copy['watchers'] = new Set();
  const ending = new AbortController();
  const onMoved = (bytes: number): void => watchers.forEach((moved) => moved(bytes));
  const copy = {
    watchers,
    ending,
    manifest: complete(store, sha256, target, { onMoved, signal: ending.signal }),
    sizesSeenAt: performance.now(),
  };
  copies.set(target, copy);
  return copy;
}

async function watch(
  copy: Copy | undefined,
  { onMoved, signal }: TransferOptions,
): Promise<PackedManifest | undefined> {
  if (copy === undefined) return undefined;
  const watcher = (bytes: number): void => onMoved?.(bytes);
  copy.watchers.add(watcher);
  try {
    return await (signal === undefined ? copy.manifest : abortable(copy.manifest, signal));
  } finally {
    copy.watchers.delete(watcher);
    if (copy.watchers.size === 0) copy.ending.abort(new Error('nobody waits for the data set any more'));
  }
}

/** Hashes what is there and fetches the rest. */
async function complete(
  store: ObjectStore,
  sha256: string,
  folder: string,
  transfer: TransferOptions,
): Promise<PackedManifest> {
  await mkdir(folder, { recursive: true });
  await removeAbandoned(folder);
  const key = manifestKey(sha256);
  const ensure = async (file: string, fileSha256: string): Promise<void> => {
    await ensureFile(
      store,
      { key: key.replace(MANIFEST, file), sha256: fileSha256 },
      path.join(folder, file),
      transfer,
    );
    transfer.onMoved?.(0);
  };
  await ensure(MANIFEST, sha256);
  const manifest = packedManifestSchema.parse(JSON.parse(await readFile(path.join(folder, MANIFEST), 'utf8')));
  await forEachConcurrently(packedFiles(manifest), TRANSFERS_AT_ONCE, (file) => ensure(file.file, file.sha256));
  return manifest;
}

/** A local file with this hash, fetched if it is not there or has other bytes. */
async function ensureFile(
  store: ObjectStore,
  { key, sha256 }: { readonly key: string; readonly sha256: string },
  file: string,
  transfer: TransferOptions,
): Promise<void> {
  const local = await contentOf(file).catch(() => undefined);
  if (local?.sha256 === sha256) return;
  const partial = path.join(path.dirname(file), ownedName(PARTIAL));
  try {
    const found = await store.getFile(key, partial, transfer);
    const fix = `delete ${store.uri}${path.posix.dirname(key)}/ and start the study again, which packs it anew`;
    if (found === undefined) throw new DatasetCorrupt(`packed data set lacks an object [key=${key}]; ${fix}`);
    if (found.sha256 !== sha256)
      throw new DatasetCorrupt(
        `packed data set has an object with other bytes than were written [key=${key}, sha256=${found.sha256}, expected=${sha256}]; ${fix}`,
      );
    await rename(partial, file);
  } finally {
    await rm(partial, { force: true });
  }
}

async function hasSizes(folder: string, dataset: PinnedDataset, manifest: PackedManifest): Promise<boolean> {
  const files = [{ file: MANIFEST, bytes: dataset.manifest.bytes }, ...packedFiles(manifest)];
  const sizes = await Promise.all(
    files.map(async ({ file, bytes }) => (await stat(path.join(folder, file)).catch(() => undefined))?.size === bytes),
  );
  return sizes.every((right) => right);
}

async function removeAbandoned(folder: string): Promise<void> {
  sweepOwned(folder, PARTIAL);
  for (const name of await readdir(folder)) {
    if (!name.startsWith(PARTIAL)) continue;
    const found = await stat(path.join(folder, name)).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs > PARTIAL_AGE_MILLISECONDS)
      await rm(path.join(folder, name), { force: true });
  }
}
