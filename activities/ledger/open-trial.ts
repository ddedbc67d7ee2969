/**
 * The way into a trial: one attempt at a time may write below `trials/<hash>/`, and the store itself sees to it.
 *
 * An attempt takes a trial by putting a manifest with its own token over the one it read, on condition that it is still
 * that one. Whoever held the trial before loses its next conditional write and so learns that it is fenced, dead or
 * alive.
 *
 * Who may take a trial:
 * - anybody, if its last owner wrote down that it ended, or nobody had it;
 * - a later attempt of the same activity, at once: Temporal has given the earlier one up;
 * - another activity with the same content (the same trial in another study, or in another run of it) once the owner
 *   has not written for `LEASE_SECONDS`. Until then it is told `TrialBusy` and comes again: it finds the result, or an
 *   owner gone. An activity that was fenced comes again by its own retry and falls under the same rules, so two of them
 *   never take a trial from each other in turns: the owner writes at least every `RENEW_SECONDS`.
 *
 * A finished trial belongs to nobody, but whoever finds it says so in the manifest: the garbage collection, which takes
 * trials over like any other, then leaves it alone (`garbage/`).
 *
 * Clocks of several machines are compared in the lease alone. A wrong one may cost a wait, or what was trained since
 * the last checkpoint; it never lets two attempts write.
 *
 * @module
 */
import type { TrialResult } from '../../workflows/words/outcome';
import { FencedManifest } from './fenced-manifest';
import { PreconditionFailed } from '../storage/object-store';
import type { ObjectStore, StoredObject } from '../storage/object-store';
import { TrialLedger } from './ledger';
import type { PreviousAttempt } from './ledger';
import {
  decodeManifest,
  encodeManifest,
  firstManifest,
  isFirstAsked,
  isOwn,
  isSameActivity,
  keptWeights,
  manifestKey,
} from './manifest';
import type { TrialManifest, TrialOwner } from './manifest';

export const LEASE_SECONDS = 60;

/** An owner writes at least this often; a few of its writes may fail before its lease is over. */
export const RENEW_SECONDS = 15;

/** More takeovers of one trial in the time of one than ever happen. */
const ROUNDS_MAX = 10;

/** Another activity trains the same content now; worth coming again. */
export class TrialBusy extends Error {
  override readonly name = 'TrialBusy';
}

/**
 * Takes a trial, or finds it finished. A result found by another activity than the one that trained it is `reused` and
 * has no receipts: what it cost belongs to that one. A recovered study finds its own.
 *
 * @throws TrialBusy, StorageDenied, StorageUnavailable
 */
export async function openTrial(
  store: ObjectStore,
  { hash, owner }: { readonly hash: string; readonly owner: TrialOwner },
): Promise<{ readonly finished: TrialResult } | TrialLedger> {
  // Nobody has touched most trials that are asked for the first time: their manifest is written unread.
  if (isFirstAsked(owner)) {
    const mine = firstManifest(hash, owner);
    const etag = await putIfUnchanged(store, mine, undefined);
    if (etag !== undefined) return ledger(store, mine, etag, undefined);
  }
  let before: TrialManifest | undefined;
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const stored = await store.get(manifestKey(hash));
    const found = stored && decodeManifest(hash, stored.bytes);
    if (stored !== undefined && found?.result != null) {
      const result = { ...found.result, weights: keptWeights(found) };
      if (isOwn(owner, found.owner)) return { finished: result };
      if (await noteUse(store, found, owner, stored)) return { finished: { ...result, reused: true, receipts: [] } };
      continue;
    }
    // The answer to the last round's put was lost, but it won.
    if (stored !== undefined && found?.owner.token === owner.token) return ledger(store, found, stored.etag, before);
    if (found !== undefined && !mayTake(found, owner)) throw new TrialBusy(busyMessage(found));
    before = found;
    const mine = found === undefined ? firstManifest(hash, owner) : takenOver(found, owner);
    const etag = await putIfUnchanged(store, mine, stored);
    if (etag !== undefined) return ledger(store, mine, etag, before);
  }
  throw new TrialBusy(`trial changed hands ${ROUNDS_MAX} times while it was being taken [key=${manifestKey(hash)}]`);
}

/** Looks whether `openTrial` would find the trial being trained elsewhere, and takes nothing. @throws TrialBusy */
export async function assertNotBusy(
  store: ObjectStore,
  { hash, owner }: { readonly hash: string; readonly owner: TrialOwner },
): Promise<void> {
  const stored = await store.get(manifestKey(hash));
  const found = stored && decodeManifest(hash, stored.bytes);
  if (found !== undefined && found.result === null && !mayTake(found, owner)) throw new TrialBusy(busyMessage(found));
}

/** Receipts of a segment that paused were returned with it: whoever goes on starts with none. */
function takenOver(found: TrialManifest, owner: TrialOwner): TrialManifest {
  const goesOn = found.death?.cause === 'paused' && !isSameActivity(found.owner, owner);
  return {
    ...found,
    owner,
    revision: found.revision + 1,
    renewedAt: Date.now(),
    death: null,
    receipts: goesOn ? [] : found.receipts,
  };
}

async function putIfUnchanged(
  store: ObjectStore,
  manifest: TrialManifest,
  stored: StoredObject | undefined,
): Promise<string | undefined> {
  try {
    const { etag } = await store.put(
      manifestKey(manifest.hash),
      encodeManifest(manifest),
      stored === undefined ? { ifNoneMatch: '*' } : { ifMatch: stored.etag },
    );
    return etag;
  } catch (error) {
    if (error instanceof PreconditionFailed) return undefined;
    throw error;
  }
}

function ledger(store: ObjectStore, mine: TrialManifest, etag: string, before: TrialManifest | undefined): TrialLedger {
  return new TrialLedger(
    store,
    new FencedManifest(store, mine, etag),
    before === undefined ? null : previousOf(before),
  );
}

function previousOf({ owner, death, checkpoints }: TrialManifest): PreviousAttempt | null {
  // That was a finding, from which nothing is recovered.
  if (death?.cause === 'outOfMemory' || death?.cause === 'invalid') return null;
  const newest = checkpoints.at(-1);
  return { owner, death, step: newest?.step ?? 0, deviceSeconds: newest?.deviceSeconds ?? 0 };
}

function mayTake({ owner: held, death, renewedAt }: TrialManifest, owner: TrialOwner): boolean {
  if (death !== null || (isSameActivity(held, owner) && owner.attempt >= held.attempt)) return true;
  return Math.abs(Date.now() - renewedAt) > LEASE_SECONDS * 1000;
}

/** @returns Whether the manifest was still the one that was found. */
async function noteUse(
  store: ObjectStore,
  found: TrialManifest,
  { workflowId, studyRun }: TrialOwner,
  stored: StoredObject,
): Promise<boolean> {
  if (studyRun === undefined) return true;
  const others = (found.users ?? []).filter((user) => user.workflowId !== workflowId);
  const noted = { ...found, users: [...others, { workflowId, studyRun }], revision: found.revision + 1 };
  return (await putIfUnchanged(store, noted, stored)) !== undefined;
}

function busyMessage({ hash, owner: { workflowId, worker }, renewedAt }: TrialManifest): string {
  const seconds = Math.max(0, Math.round((Date.now() - renewedAt) / 1000));
  return `trial of the same content is being trained elsewhere [key=${manifestKey(hash)}, workflow=${workflowId}, worker=${worker}, secondsSinceLastWrite=${seconds}]`;
}
