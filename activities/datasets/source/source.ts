/**
 * Where the files of a data set come from.
 *
 * @module
 */
import type { ObjectStore } from '../../storage/object-store';
import { bucketSource } from './bucket-source';
import { DatasetInvalid } from '../errors';
import { fileSource } from './file-source';

/** A folder of files, local or in a bucket. Names are relative, with `/`. */
export interface Source {
  /** For people. */
  readonly uri: string;
  /** Names of the files directly in a folder, sorted; none where there is no such folder. */
  list(folder?: string): Promise<readonly string[]>;
  bytes(name: string): Promise<number>;
  open(name: string): AsyncIterable<Uint8Array>;
}

export interface SourceAccess {
  /** Folders of the operator's that `file://` may read from, subfolders included. */
  readonly fileRoots: readonly string[];
  /** Opens another bucket for reading; absent: `s3://` data sets are refused. */
  readonly openBucket?: (address: { readonly bucket: string; readonly prefix: string }) => ObjectStore;
}

/** Names listed in a message before it is cut. */
const NAMES_SHOWN_MAX = 12;

/**
 * The source that an address names.
 *
 * @param uri `file:///absolute/folder`, `/absolute/folder` or `s3://bucket/prefix`.
 * @throws DatasetInvalid if the scheme is another one, or the folder is missing or outside the operator's roots.
 */
export async function openSource(uri: string, { fileRoots, openBucket }: SourceAccess): Promise<Source> {
  if (uri.startsWith('s3://')) return bucketSource(uri, openBucket);
  if (uri.startsWith('file://') || uri.startsWith('/')) return fileSource(uri, fileRoots);
  throw new DatasetInvalid(`dataset.uri must be file:///absolute/folder or s3://bucket/prefix, got ${uri}`);
}

/** What is there, for a message about what is not. */
export function shownNames(names: readonly string[]): string {
  if (names.length === 0) return 'no files';
  const more = names.length - NAMES_SHOWN_MAX;
  return `${names.slice(0, NAMES_SHOWN_MAX).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
