import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { ObjectRef } from '../../workflows/words/outcome';
import type { InitialWeights } from '../../workflows/words/study';
import { ownedName, sweepOwned } from '../owned-folders';
import { problemOf } from '../storage/files';
import { StorageDenied } from '../storage/object-store';
import type { ObjectStore, TransferOptions } from '../storage/object-store';
import { contentOf } from '../storage/pieces';

/** Files of downloads. */
const PARTIAL = '.partial-';

export interface Wanted {
  readonly ref: ObjectRef;
  /** Named by its hash, so that it is never taken for another content. */
  readonly file: string;
  /** For people, e.g. `bundle of model.module 'mine.cjs'`. */
  readonly what: string;
  readonly fix: string;
}

/**
 * Brings what a study pinned onto this machine's disk, unless it is there with that content.
 *
 * @returns The file.
 * @throws StorageDenied if the store has not what was pinned: no retry mends that.
 */
export async function fetchPinned(
  store: ObjectStore,
  { ref, file, what, fix }: Wanted,
  transfer: TransferOptions = {},
): Promise<string> {
  const local = await contentOf(file, transfer.signal).catch(() => undefined);
  transfer.signal?.throwIfAborted();
  if (local !== undefined && problemOf(local, ref) === undefined) return file;
  const folder = path.dirname(file);
  await mkdir(folder, { recursive: true });
  sweepOwned(folder, PARTIAL);
  const partial = path.join(folder, ownedName(PARTIAL));
  try {
    const problem = problemOf(await store.getFile(ref.key, partial, transfer), ref);
    if (problem !== undefined) throw new StorageDenied(`${what} cannot be used: ${problem} [key=${ref.key}]; ${fix}`);
    await rename(partial, file);
  } finally {
    await rm(partial, { force: true });
  }
  return file;
}

/** Local file of the weights that a model starts from; `null` of one that starts from its seed. */
export async function fetchWeights(
  store: ObjectStore,
  { weights }: Partial<InitialWeights>,
  folder: string,
  transfer: TransferOptions = {},
): Promise<string | null> {
  if (weights === undefined) return null;
  const file = path.resolve(folder, `${weights.sha256}.safetensors`);
  const fix = 'start the study again, which copies them anew';
  return fetchPinned(store, { ref: weights, file, what: 'file of model.initialWeights', fix }, transfer);
}
