/**
 * Packed data sets on a worker's own disk.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { PinnedDataset } from '../../../workflows/words/study';
import { forEachConcurrently } from '../../concurrency';
import type { ObjectStore } from '../../storage/object-store';
import { contentOf } from '../../storage/pieces';
import { DatasetCorrupt } from '../errors';
import { manifestKey, packedFiles, packedManifestSchema } from './packed';
import type { PackedManifest } from './packed';

const MANIFEST = 'manifest.json';
/** Files of downloads that may have died; of a live one none is ever this old. */
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
  readonly watchers: Set<() => void>;
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
 * @param onMoved Called as bytes move and after every file, for heartbeats.
 * @param look At the sizes: `always`, or where nothing failed for want of a file, `eachMinute`.
 * @throws DatasetCorrupt if the store has not what the content address says.
 */
export async function ensureDataset(
  store: ObjectStore,
  dataset: PinnedDataset,
  folder: string,
  onMoved: () => void,
  look: 'always' | 'eachMinute' = 'always',
): Promise<string> {
  const target = path.resolve(folder, dataset.sha256);
  const checked = copies.get(target);
  const manifest = await watch(checked, onMoved).catch(() => undefined);
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
    await watch(copy, onMoved);
    return target;
  } catch (error) {
    if (copies.get(target) === copy) copies.delete(target);
    throw error;
  }
}

function begin(store: ObjectStore, sha256: string, target: string): Copy {
  const watchers = new Set<() => void>();
  const copy = {
    watchers,
    manifest: complete(store, sha256, target, () => watchers.forEach((moved) => moved())),
    sizesSeenAt: performance.now(),
  };
  copies.set(target, copy);
  return copy;
}

async function watch(copy: Copy | undefined, onMoved: () => void): Promise<PackedManifest | undefined> {
  copy?.watchers.add(onMoved);
  try {
    return await copy?.manifest;
  } finally {
    copy?.watchers.delete(onMoved);
  }
}

/** Hashes what is there and fetches the rest. */
async function complete(
  store: ObjectStore,
  sha256: string,
  folder: string,
  onMoved: () => void,
): Promise<PackedManifest> {
  await mkdir(folder, { recursive: true });
  await removeAbandoned(folder);
  const key = manifestKey(sha256);
  const ensure = async (file: string, fileSha256: string): Promise<void> => {
    await ensureFile(store, { key: key.replace(MANIFEST, file), sha256: fileSha256 }, path.join(folder, file), onMoved);
    onMoved();
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
  onMoved: () => void,
): Promise<void> {
  const local = await contentOf(file).catch(() => undefined);
  if (local?.sha256 === sha256) return;
  const partial = path.join(path.dirname(file), `${PARTIAL}${randomUUID()}`);
  try {
    const found = await store.getFile(key, partial, { onMoved });
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
  for (const name of await readdir(folder)) {
    if (!name.startsWith(PARTIAL)) continue;
    const found = await stat(path.join(folder, name)).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs > PARTIAL_AGE_MILLISECONDS)
      await rm(path.join(folder, name), { force: true });
  }
}
