/**
 * Which objects of a trial are garbage. Pure; `./collect` acts on it.
 *
 * @module
 */
import { LEASE_SECONDS } from '../ledger/open-trial';
import type { ListedObject } from '../storage/object-store';
import { keptWeights, manifestKey } from '../ledger/manifest';
import type { TrialManifest } from '../ledger/manifest';
import { isOpen } from './roots';
import type { Roots } from './roots';

/**
 * Between the upload of a checkpoint and the manifest that names it lie 5 minutes of a store that is away, at the very
 * most.
 */
const UNCOMMITTED_SECONDS_MAX = 3_600;

export interface FoundTrial {
  readonly hash: string;
  readonly objects: readonly ListedObject[];
  /** As read after `objects` were listed. */
  readonly manifest: TrialManifest | undefined;
}

export interface Clock {
  /** In milliseconds of the store. */
  readonly now: number;
  readonly olderThanSeconds: number;
}

export interface Garbage {
  readonly why: string;
  readonly objects: readonly ListedObject[];
  /** The trial itself is garbage, with all it has. */
  readonly whole: boolean;
}

/**
 * What of a trial may go.
 *
 * - A finished trial stays while a record names it, a study that has not ended uses it, or it is young: it is what
 *   later studies reuse.
 * - An unfinished one stays while a study that has not ended trains it or it is young: it is what an interrupted or
 *   paused training goes on from. A record of an ended study that names it does not keep it: nobody goes on there.
 * - Below a trial that stays, whatever its manifest does not name is a leftover of a crash. On a finished one nobody
 *   can commit any more, so it may go at once; on others an upload may be on its way to its manifest.
 */
export function judge(trial: FoundTrial, roots: Roots, { now, olderThanSeconds }: Clock): Garbage | undefined {
  const { hash, objects, manifest } = trial;
  const age = (object: ListedObject | undefined): number =>
    object === undefined ? Infinity : (now - object.modifiedAt) / 1000;
  const isOld = (object: ListedObject | undefined): boolean => age(object) >= olderThanSeconds;
  if (manifest === undefined) {
    return objects.every(isOld) ? { why: 'trial without a manifest', objects, whole: true } : undefined;
  }
  const own = objects.find(({ key }) => key === manifestKey(hash));
  const used = isOpen(manifest.owner, roots) || (manifest.users ?? []).some((user) => isOpen(user, roots));
  if (manifest.result !== null) {
    if (!used && !roots.trials.has(hash) && isOld(own))
      return { why: 'finished trial that no study refers to', objects, whole: true };
    return leftovers(trial, () => true);
  }
  const alive = manifest.death === null && age(own) < 2 * LEASE_SECONDS;
  if (!used && !alive && isOld(own)) return { why: 'unfinished trial of no running study', objects, whole: true };
  return leftovers(trial, (object) => age(object) >= Math.max(olderThanSeconds, UNCOMMITTED_SECONDS_MAX));
}

function leftovers(
  { hash, objects, manifest }: FoundTrial,
  mayGo: (object: ListedObject) => boolean,
): Garbage | undefined {
  const { checkpoints = [], result = null } = manifest ?? {};
  const weights = manifest === undefined ? null : keptWeights(manifest);
  const named = new Set([
    manifestKey(hash),
    ...checkpoints.map(({ key }) => key),
    ...(weights === null ? [] : [weights.key]),
  ]);
  const model = result?.model ?? null;
  const found = objects.filter(
    (object) => !named.has(object.key) && !(model !== null && object.key.startsWith(model)) && mayGo(object),
  );
  return found.length === 0 ? undefined : { why: 'leftovers of crashed attempts', objects: found, whole: false };
}
