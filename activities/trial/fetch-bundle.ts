import path from 'node:path';
import type { ModelSpec } from '../../workflows/words/study';
import type { ObjectStore, TransferOptions } from '../storage/object-store';
import { fetchPinned } from './fetch-pinned';

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
  const file = path.resolve(folder, `${model.bundle.sha256}.cjs`);
  const what = `bundle of model.module '${model.module}'`;
  const fix = 'start the study again, which bundles the module anew';
  return fetchPinned(store, { ref: model.bundle, file, what, fix }, transfer);
}
