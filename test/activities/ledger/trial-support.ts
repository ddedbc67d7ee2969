/**
 * Trials in a store, as their attempts leave them.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sha256Of } from '../../../activities/content-hash';
import { openTrial } from '../../../activities/ledger/open-trial';
import type { ObjectStore } from '../../../activities/storage/object-store';
import { TrialLedger } from '../../../activities/ledger/ledger';
import { decodeManifest, encodeManifest, manifestKey } from '../../../activities/ledger/manifest';
import type { TrialManifest, TrialOwner } from '../../../activities/ledger/manifest';
import type { CheckpointFile } from '../../../activities/trial/protocol';
import type { Measurement, TrialResult } from '../../../workflows/words/outcome';

export const HASH = 'a'.repeat(64);

export const folder = mkdtempSync(path.join(tmpdir(), 'stepwell-ledger-'));

export function ownerOf(owner: Partial<TrialOwner> = {}): TrialOwner {
  return {
    workflowId: 'study/digits',
    runId: 'run-1',
    activityId: 'final-train/000',
    attempt: 1,
    token: randomUUID(),
    worker: 'host/1',
    ...owner,
  };
}

/** Takes a trial that is not finished. */
export async function take(store: ObjectStore, owner: Partial<TrialOwner> = {}): Promise<TrialLedger> {
  const opened = await openTrial(store, { hash: HASH, owner: ownerOf(owner) });
  if (!(opened instanceof TrialLedger)) throw new Error('the trial is finished already');
  return opened;
}

/** A checkpoint on the disk; its content says which one it is. */
export function checkpointFile(
  step: number,
  options: { readonly best?: boolean; readonly content?: string } = {},
): CheckpointFile {
  const content = options.content ?? `checkpoint of step ${step}`;
  const file = path.join(folder, `${randomUUID()}.safetensors`);
  writeFileSync(file, content);
  return {
    path: file,
    step,
    epoch: Math.floor(step / 100),
    best: options.best ?? false,
    bytes: Buffer.byteLength(content),
    sha256: sha256Of(content),
    deviceSeconds: step / 10,
  };
}

/** A file with this content and base name, in a folder of its own. */
export function localFile(name: string, content: string): string {
  const file = path.join(mkdtempSync(path.join(folder, 'file-')), name);
  writeFileSync(file, content);
  return file;
}

export async function manifestOf(store: ObjectStore): Promise<TrialManifest> {
  const stored = await store.get(manifestKey(HASH));
  if (stored === undefined) throw new Error('there is no manifest');
  return decodeManifest(HASH, stored.bytes);
}

/** As if the owner had last written so long ago. */
export async function ageManifest(store: ObjectStore, seconds: number): Promise<void> {
  const manifest = await manifestOf(store);
  await store.put(manifestKey(HASH), encodeManifest({ ...manifest, renewedAt: manifest.renewedAt - seconds * 1000 }));
}

export async function keysOf(store: ObjectStore): Promise<readonly string[]> {
  return (await store.list('trials/')).map(({ key }) => key);
}

const MEASUREMENT: Measurement = {
  steps: 10,
  epochs: 1,
  examples: 320,
  trainLoss: 0.5,
  best: null,
  curve: [],
  test: null,
  stepLosses: [],
  stepSeconds: null,
  peakBytes: 1,
  parameters: 1,
  deviceSeconds: 1,
};

export function resultOf(result: Partial<TrialResult> = {}, measurement: Partial<Measurement> = {}): TrialResult {
  return {
    trialId: 'final-train/000',
    hash: HASH,
    outcome: { status: 'completed', measurement: { ...MEASUREMENT, ...measurement } },
    weights: null,
    model: null,
    receipts: [],
    reused: false,
    worker: 'host/1',
    engine: 'test',
    ...result,
  };
}
