/**
 * Where the files of a data set come from.
 *
 * @module
 */
import type { ObjectStore } from '../../storage/object-store';
import { bucketSource } from './bucket-source';
import { DatasetInvalid } from '../errors';
import { fileSource } from './file-source';
import { zipSource } from './zip-source';

/** A folder of files, local or in a bucket. Names are relative, with `/`. */
export interface Source {
  /** For people. */
  readonly uri: string;
  /** Names of the files directly in a folder, sorted; none where there is no such folder. */
  list(folder?: string): Promise<readonly string[]>;
  /** Names of all files in the folder and in the folders below it, with their paths, sorted. */
  walk(): Promise<readonly string[]>;
  bytes(name: string): Promise<number>;
  /** @param range A part only, which must lie within the file. */
  open(name: string, range?: SourceRange): AsyncIterable<Uint8Array>;
}

export interface SourceRange {
  readonly from: number;
  readonly count: number;
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
 * @param uri `file:///absolute/folder`, `/absolute/folder` or `s3://bucket/prefix`; or of a zip file in such a folder.
 * @throws DatasetInvalid if the scheme is another one, or the folder is missing or outside the operator's roots.
 */
export async function openSource(uri: string, access: SourceAccess): Promise<Source> {
  if (isArchive(uri)) return archiveSource(uri, access);
  const { fileRoots, openBucket } = access;
  if (uri.startsWith('s3://')) return bucketSource(uri, openBucket);
  if (uri.startsWith('file://') || uri.startsWith('/')) return fileSource(uri, fileRoots);
  throw new DatasetInvalid(`dataset.uri must be file:///absolute/folder or s3://bucket/prefix, got ${uri}`);
}

/** A bucket may have a name like a zip file's. */
const isArchive = (uri: string): boolean => /^(?!s3:\/\/[^/]*$).*[^/]\.(zip|npz)$/is.test(uri);

/** What is in a zip file. */
async function archiveSource(uri: string, access: SourceAccess): Promise<Source> {
  const end = uri.lastIndexOf('/');
  const folder = await openSource(uri.slice(0, end) || '/', access);
  const name = uri.startsWith('file://') ? decodeURIComponent(uri.slice(end + 1)) : uri.slice(end + 1);
  return zipSource(folder, name);
}

/** What is there, for a message about what is not. */
export function shownNames(names: readonly string[]): string {
  if (names.length === 0) return 'no files';
  const more = names.length - NAMES_SHOWN_MAX;
  return `${names.slice(0, NAMES_SHOWN_MAX).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
