import type { TrialSummary } from '../../workflows/words/progress';
import { folderName } from '../storage/files';
import { StorageDenied } from '../storage/object-store';
import { decodeManifest, keptWeights, manifestKey, trialFolder } from '../ledger/manifest';
import type { TrialManifest } from '../ledger/manifest';
import type { ObjectChecks } from './object-checks';

/** Outcomes of which the store keeps no result: a garbage collection may take such a trial away. */
const WITHOUT_RESULT: readonly TrialSummary['status'][] = ['running', 'cancelled', 'outOfMemory', 'invalid', 'paused'];

const CHECKPOINT_FIX = 'none is needed: the training goes on from an older one';

/** A trial's manifest, its weights and its model, and the checkpoints that are kept of it. */
export async function verifyTrial(checks: ObjectChecks, { hash, status, trialId }: TrialSummary): Promise<void> {
  if (hash === null) return;
  const fix = `delete ${checks.store.uri}${trialFolder(hash)} and run the study again: trial ${trialId} is trained anew, to the same bits`;
  const key = manifestKey(hash);
  const stored = await checks.store.get(key);
  if (stored === undefined) {
    if (!WITHOUT_RESULT.includes(status))
      checks.failed(0, { key, expected: 'a manifest', actual: 'not in the store', fix });
    return;
  }
  const manifest = readable(hash, stored.bytes);
  if (typeof manifest === 'string')
    return checks.failed(stored.bytes.byteLength, {
      key,
      expected: 'the manifest that was written',
      actual: manifest,
      fix,
    });
  if (manifest.result === null && !WITHOUT_RESULT.includes(status)) {
    return checks.failed(stored.bytes.byteLength, {
      key,
      expected: `the result of a trial that is ${status}`,
      actual: 'a trial without a result',
      fix,
    });
  }
  checks.passed(stored.bytes.byteLength);
  const { result, checkpoints } = manifest;
  const weights = keptWeights(manifest);
  if (weights !== null) await checks.check(weights, fix);
  if (result?.model) await verifyModel(checks, result.model, fix);
  for (const checkpoint of checkpoints) await checks.check(checkpoint, CHECKPOINT_FIX);
}

function readable(hash: string, bytes: Uint8Array): TrialManifest | string {
  try {
    return decodeManifest(hash, bytes);
  } catch (error) {
    if (error instanceof StorageDenied) return error.message.replace(/^.*?\]: /, '').replace(/; delete .*$/, '');
    throw error;
  }
}

/** An exported model is named by the hash of its files' hashes. */
async function verifyModel(checks: ObjectChecks, prefix: string, fix: string): Promise<void> {
  const hashes: string[] = [];
  let bytes = 0;
  for (const { key } of await checks.store.list(prefix)) {
    const found = await checks.store.getFile(key, null);
    if (found === undefined) continue;
    hashes.push(`${key.slice(prefix.length)} ${found.sha256}`);
    bytes += found.bytes;
  }
  const actual = folderName(prefix.replace(/-[0-9a-f]+\/$/, ''), hashes);
  if (actual === prefix) checks.passed(bytes);
  else
    checks.failed(bytes, {
      key: prefix,
      expected: prefix,
      actual: hashes.length === 0 ? 'not in the store' : `files that would be named ${actual}`,
      fix,
    });
}
