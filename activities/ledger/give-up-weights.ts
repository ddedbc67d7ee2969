import { PreconditionFailed, StorageDenied } from '../storage/object-store';
import type { ObjectStore } from '../storage/object-store';
import { decodeManifest, encodeManifest, keptWeights, manifestKey } from './manifest';
import type { TrialManifest, TrialUser } from './manifest';

/** Each is lost to a study that has just found the trial, after which it stays. */
const ROUNDS_MAX = 3;

/**
 * Deletes the weights of a finished trial, which its study wants no more, and keeps its result. What another study has
 * trained or found stays as it is. May be called again.
 *
 * The manifest says so first, on condition that it is still the one that was read: who finds the trial later is given no
 * weights, and what a crash leaves of them is garbage.
 *
 * @throws StorageDenied if the store says so, StorageRefused, StorageUnavailable
 */
export async function giveUpWeights(store: ObjectStore, hash: string, by: TrialUser): Promise<void> {
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const stored = await store.get(manifestKey(hash));
    if (stored === undefined) return;
    const found = readable(hash, stored.bytes);
    const weights = found && keptWeights(found);
    if (found === undefined || weights == null || !isOnlyBy(found, by)) return;
    const given: TrialManifest = { ...found, weightsGivenUp: true, revision: found.revision + 1 };
    try {
      await store.put(manifestKey(hash), encodeManifest(given), { ifMatch: stored.etag });
    } catch (error) {
      if (!(error instanceof PreconditionFailed)) throw error;
      continue;
    }
    return store.delete([weights.key]);
  }
}

/** A damaged manifest keeps its weights: that is for `verify` to tell, and no decision is lost for it. */
function readable(hash: string, bytes: Uint8Array): TrialManifest | undefined {
  try {
    return decodeManifest(hash, bytes);
  } catch (error) {
    if (error instanceof StorageDenied) return undefined;
    throw error;
  }
}

function isOnlyBy({ owner, users = [] }: TrialManifest, { workflowId, studyRun }: TrialUser): boolean {
  return owner.studyRun === studyRun && users.every((user) => user.workflowId === workflowId);
}
