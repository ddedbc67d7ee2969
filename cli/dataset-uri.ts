import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Problem } from '../workflows/spec';

/**
 * A data set's address as a worker needs it: relative paths become absolute `file://` addresses, from the study's folder first,
 * then from the current one.
 */
export function absoluteDatasetUri(uri: string, folder: string): { readonly uri: string } | { readonly problem: Problem } {
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(uri)) return { uri };
  const candidates = [...new Set([path.resolve(folder, uri), path.resolve(uri)])];
  const found = candidates.find((candidate) => existsSync(candidate));
  if (found === undefined) {
    const problem = { path: 'dataset.uri', rule: 'must be a folder that exists', value: uri, fix: `looked for ${candidates.join(' and ')}` };
    return { problem };
  }
  return { uri: pathToFileURL(statSync(found).isDirectory() ? `${found}/` : found).href.replace(/\/$/, '') };
}
