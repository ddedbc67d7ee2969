/**
 * The exported model that a command is about: a study's, one in a folder, or one in a bucket.
 *
 * @module
 */
import { existsSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MODEL_CARD, readExportedModel } from '../activities/inference/exported-model';
import type { ExportedModel } from '../activities/inference/exported-model';
import { newOwnedFolder, sweepOwned } from '../activities/owned-folders';
import { objectFolder } from '../infra/services/versitygw';
import { S3_ADDRESS } from '../workflows/spec/dataset-address';
import { CommandError } from './failure';
import { namesCluster } from './services';
import { openStoreToRead } from './store';

export interface OpenedModel {
  readonly model: ExportedModel;
  /** For people, and for servers: the study's name, or the folder's. */
  readonly name: string;
  /** Removes what was brought here for it. */
  close(): void;
}

const TEMPORARY = 'stepwell-model-';

/**
 * @param place A folder with a model card, `s3://bucket/prefix`, or the name of a study.
 * @param folder Of embedded services.
 * @throws ModelUnreadable, CommandError, and what the store throws.
 */
export async function openModel(place: string, folder: string): Promise<OpenedModel> {
  const local = localFolder(place, folder);
  if (local !== undefined) return { model: readExportedModel(local), name: nameOf(local), close: () => undefined };
  sweepOwned(tmpdir(), TEMPORARY);
  const target = newOwnedFolder(tmpdir(), TEMPORARY);
  const close = (): void => rmSync(target, { recursive: true, force: true });
  try {
    await fetch(place, folder, target);
    return { model: readExportedModel(target), name: nameOf(place), close };
  } catch (error) {
    close();
    throw error;
  }
}

/** A folder of the user's, or the plain files of an address in the embedded store. */
function localFolder(place: string, folder: string): string | undefined {
  if (place.startsWith('s3://')) {
    const files = path.join(objectFolder(path.resolve(folder)), ...place.slice('s3://'.length).split('/'));
    return !namesCluster() && existsSync(path.join(files, MODEL_CARD)) ? files : undefined;
  }
  return existsSync(path.join(place, MODEL_CARD)) || /[/\\]/.test(place) ? place : undefined;
}

async function fetch(place: string, folder: string, target: string): Promise<void> {
  // The AWS SDK takes half a second to load.
  const {
    fetchModelAt,
    fetchStudyModel,
  }: typeof import('../activities/inference/fetch-model') = require('../activities/inference/fetch-model');
  if (place.startsWith('s3://')) return fetchModelAt(bucketStore(place), target);
  if (!/^[a-z0-9-]+$/.test(place))
    throw new CommandError(
      `a model is a study's name, a folder with ${MODEL_CARD}, or s3://bucket/prefix, got ${place}`,
      'badInput',
      'ModelUnreadable',
    );
  const { store, close } = openStoreToRead(folder);
  try {
    await fetchStudyModel(store, place, target);
  } finally {
    await close();
  }
}

function bucketStore(place: string): import('../activities/storage/object-store').ObjectStore {
  const { s3Store }: typeof import('../activities/storage/s3') = require('../activities/storage/s3');
  const [, bucket, prefix = ''] = S3_ADDRESS.exec(place) ?? [];
  if (bucket === undefined)
    throw new CommandError(`a model's address must be s3://bucket/prefix, got ${place}`, 'badInput', 'ModelUnreadable');
  return s3Store({ bucket, prefix: prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/` });
}

/** The study's where a folder is its `model`. */
function nameOf(place: string): string {
  const parts = place.split(/[/\\]/).filter((part) => part !== '');
  const last = parts.at(-1) ?? '';
  return (last === 'model' ? parts.at(-2) : last) ?? last;
}
