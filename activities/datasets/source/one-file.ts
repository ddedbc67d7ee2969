import path from 'node:path';
import { DatasetInvalid } from '../errors';
import { openSource } from './source';
import type { Source, SourceAccess } from './source';

/** A file of the folder or the bucket that a data set could be in as well. */
export interface OneFile {
  readonly source: Source;
  readonly name: string;
  readonly bytes: number;
}

/**
 * @param uri `file:///absolute/file`, `/absolute/file` or `s3://bucket/key`.
 * @throws DatasetInvalid if there is no such file, or it may not be read.
 */
export async function openFile(uri: string, access: SourceAccess): Promise<OneFile> {
  const end = uri.lastIndexOf('/');
  const name = uri.startsWith('file://') ? decodeURIComponent(uri.slice(end + 1)) : uri.slice(end + 1);
  const folder = uri.slice(0, end);
  if (name === '' || name === '.' || name === '..' || folder.endsWith('/'))
    throw new DatasetInvalid(`uri must name a file, got ${uri}`);
  const source = await openSource(folder === '' ? '/' : folder, access);
  const there = await source.list();
  if (!there.includes(name)) throw new DatasetInvalid(`there is no file ${path.basename(name)} in ${folder}`);
  return { source, name, bytes: await source.bytes(name) };
}
