/**
 * Trials as the store holds them, read from the server's own disk: it tells what counts even while no server runs.
 *
 * @module
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { TrialManifest } from '../../activities/ledger/manifest';

/** @param objects The folder of a bucket with its prefix, e.g. `…/s3/bucket/v1`. */
export function trialsOnDisk(objects: string): readonly TrialManifest[] {
  const folder = path.join(objects, 'trials');
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((hash) => manifestOnDisk(path.join(folder, hash)) ?? []);
}

function manifestOnDisk(folder: string): TrialManifest | undefined {
  try {
    return JSON.parse(readFileSync(path.join(folder, 'manifest.json'), 'utf8')) as TrialManifest;
  } catch {
    // Not there yet.
    return undefined;
  }
}
