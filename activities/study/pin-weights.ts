/**
 * The weights that a model starts from, by their content: a copy in the store that belongs to no trial, so that it stays
 * while a study refers to it, whatever becomes of where it is from.
 *
 * @module
 */
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ObjectRef } from '../../workflows/words/outcome';
import type { InitialWeights, ModelSpec } from '../../workflows/words/study';
import { openFile } from '../datasets/source/one-file';
import type { SourceAccess } from '../datasets/source/source';
import { decodeManifest, keptWeights, manifestKey } from '../ledger/manifest';
import type { ObjectStore } from '../storage/object-store';
import { contentOf } from '../storage/pieces';
import { openSafetensors } from '../training/safetensors';
import { StudyInvalid, studyKey } from './study-keys';
import { publishedAt } from './study-runs';

export interface PinWeightsDependencies extends SourceAccess {
  readonly store: ObjectStore;
}

/**
 * The model with its initial weights in the store; without any it comes back as it is.
 *
 * @param known As an earlier study pinned it, which counts as long as the store has it.
 * @throws StudyInvalid if there are none where the study says.
 */
export async function pinWeights(
  dependencies: PinWeightsDependencies,
  model: ModelSpec,
  known: ModelSpec | undefined,
): Promise<ModelSpec> {
  const { initialWeights: asked } = model;
  if (asked === undefined) return model;
  const { store } = dependencies;
  const before = known?.initialWeights;
  const isSame = (['study', 'trial', 'file'] as const).every((place) => before?.[place] === asked[place]);
  if (isSame && before?.weights !== undefined && (await store.head(before.weights.key)) !== undefined)
    return { ...model, initialWeights: { ...asked, weights: before.weights } };
  const weights =
    asked.file === undefined
      ? await ofStudy(store, asked.study ?? '', asked.trial)
      : await ofFile(dependencies, asked.file);
  return { ...model, initialWeights: { ...asked, weights } };
}

const keyOf = (sha256: string): string => `weights/${sha256}/weights.safetensors`;

/** The weights of an earlier study's final model, or of one of its trials. */
async function ofStudy(store: ObjectStore, study: string, trialId: string | undefined): Promise<ObjectRef> {
  const record = await publishedAt(store, studyKey(study, ''));
  if (record === undefined)
    throw invalid({ study }, `the store has no record of a study ${study}: it writes one when it ends`);
  if (trialId === undefined && record.final === null)
    throw invalid({ study }, `study ${study} has no final model: name one of its trials in trial`);
  const trials = record.progress.stages.flatMap(({ trials: own }) => own);
  const trial = trials.find((one) => one.trialId === (trialId ?? record.final?.trialId));
  if (trial === undefined || trial.hash === null)
    throw invalid({ trial: trialId }, `study ${study} has no such trial that ended; see stepwell show ${study}`);
  const stored = await store.get(manifestKey(trial.hash));
  const weights = stored && keptWeights(decodeManifest(trial.hash, stored.bytes));
  if (weights == null)
    throw invalid(
      { trial: trial.trialId },
      'its weights were not kept: a final training keeps them, and a sweep with keepWeights: all, or best',
    );
  const key = keyOf(weights.sha256);
  // Copied even where it is: that makes it young to a garbage collection.
  if (!(await store.copy(weights.key, key)))
    throw invalid({ trial: trial.trialId }, `its weights are gone from the store [key=${weights.key}]`);
  return { ...weights, key };
}

/** The weights in a file, which goes through this machine's disk and not its memory. */
async function ofFile({ store, ...access }: PinWeightsDependencies, file: string): Promise<ObjectRef> {
  const folder = await mkdtemp(path.join(tmpdir(), 'stepwell-weights-'));
  const local = path.join(folder, 'weights.safetensors');
  try {
    const { source, name } = await openFile(file, access).catch((error: Error) => {
      throw error.name === 'DatasetInvalid' ? invalid({ file }, error.message) : error;
    });
    await pipeline(source.open(name), createWriteStream(local));
    assertSafetensors(local, file);
    const { sha256 } = await contentOf(local);
    return await store.putFile(keyOf(sha256), local, { sha256 });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function assertSafetensors(local: string, file: string): void {
  try {
    openSafetensors(local).close();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw invalid({ file }, `must be a safetensors file: ${error.message}`);
  }
}

function invalid(
  place: Pick<Partial<InitialWeights>, 'study' | 'file'> & { readonly trial?: string | undefined },
  rule: string,
): StudyInvalid {
  const [name, value] = Object.entries(place)[0] ?? [];
  return new StudyInvalid(`model.initialWeights.${name}: ${rule}, got ${JSON.stringify(value)}`);
}
