import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { ModelSpec } from '../../workflows/words/study';
import { sha256Of } from '../content-hash';
import { ownedName, sweepOwned } from '../owned-folders';
import { problemOf } from '../storage/files';
import { StorageDenied } from '../storage/object-store';
import type { ObjectStore, TransferOptions } from '../storage/object-store';

/** Files of downloads. */
const PARTIAL = '.partial-';

/**
 * Local file of a model's bundle, named by its hash: a process that has loaded one of another content cannot take it
 * for this.
 *
 * @returns `null` for models that the study holds itself.
 * @throws StorageDenied if the store has not the bundle that was pinned: no retry mends that.
 */
export async function fetchBundle(
  store: ObjectStore,
  model: ModelSpec,
  folder: string,
  transfer: TransferOptions = {},
): Promise<string | null> {
  if (!('module' in model) || model.bundle === undefined) return null;
  const { key, sha256 } = model.bundle;
  const file = path.resolve(folder, `${sha256}.cjs`);
  const local = await readFile(file).catch(() => undefined);
  if (local !== undefined && sha256Of(local) === sha256) return file;
  await mkdir(folder, { recursive: true });
  sweepOwned(folder, PARTIAL);
  const partial = path.join(folder, ownedName(PARTIAL));
  try {
    const problem = problemOf(await store.getFile(key, partial, transfer), model.bundle);
    if (problem !== undefined) {
      throw new StorageDenied(
        `bundle of model.module '${model.module}' cannot be used: ${problem} [key=${key}]; start the study again, which bundles the module anew`,
      );
    }
    await rename(partial, file);
  } finally {
    await rm(partial, { force: true });
  }
  return file;
}
