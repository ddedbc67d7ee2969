import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Problem } from '../workflows/spec';

export interface DatasetAddress {
  readonly uri: string;
  /** What speaks against it. */
  readonly problem?: Problem;
  /** The folder is missing here, but may be there where the workers run. */
  readonly elsewhere?: true;
}

/**
 * A data set's address as a worker needs it: relative paths become absolute `file://` addresses, from the study's
 * folder first, then from the current one. Only a `file://` address may name a folder of another machine.
 *
 * @param uri An address that the study language accepts.
 */
export function absoluteDatasetUri(uri: string, folder: string): DatasetAddress {
  if (uri.startsWith('s3://')) return { uri };
  const isAddress = uri.startsWith('file://');
  const candidates = isAddress ? [fileURLToPath(uri)] : [...new Set([path.resolve(folder, uri), path.resolve(uri)])];
  const found = candidates.find(isFolder);
  if (found === undefined) {
    const problem = {
      path: 'dataset.uri',
      rule: 'must be a folder that exists',
      value: uri,
      fix: `looked for ${candidates.join(' and ')}`,
    };
    return { uri, problem, ...(isAddress && { elsewhere: true }) };
  }
  return { uri: isAddress ? uri : pathToFileURL(found).href };
}

function isFolder(candidate: string): boolean {
  return existsSync(candidate) && statSync(candidate).isDirectory();
}
