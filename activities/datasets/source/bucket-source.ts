import { S3_ADDRESS } from '../../../workflows/spec/dataset-address';
import type { ObjectStore } from '../../storage/object-store';
import { DatasetInvalid } from '../errors';
import type { Source, SourceAccess, SourceRange } from './source';

/** How the store names a bucket that it does not have, or could not have. */
const NO_BUCKET: readonly string[] = ['NoSuchBucket', 'InvalidBucketName'];

/** Bytes read at a time, whatever the size of a file: as many as a shard has. */
const CHUNK_BYTES = 16 * 1024 * 1024;

/**
 * The objects below a prefix of a bucket.
 * @throws DatasetInvalid if the address is none, or no bucket may be opened.
 */
export function bucketSource(uri: string, openBucket: SourceAccess['openBucket']): Source {
  const [, bucket, path = ''] = S3_ADDRESS.exec(uri) ?? [];
  if (bucket === undefined) throw new DatasetInvalid(`dataset.uri must be s3://bucket/prefix, got ${uri}`);
  if (openBucket === undefined)
    throw new DatasetInvalid(`dataset.uri is s3://, which this worker cannot read, got ${uri}; use file://`);
  const prefix = path === '' || path.endsWith('/') ? path : `${path}/`;
  const store = openBucket({ bucket, prefix });
  return {
    uri,
    list: (folder) =>
      listFolder(store, folder === undefined ? '' : `${folder}/`).catch((error: unknown) => noBucket(error, uri)),
    walk: () => walk(store).catch((error: unknown) => noBucket(error, uri)),
    bytes: async (name) => ((await store.head(name)) ?? missing(uri, name)).bytes,
    open: (name, range) => readObject(store, uri, name, range),
  };
}

/** In parts, each asked for when the one before was used; all must be of the same version. */
async function* readObject(
  store: ObjectStore,
  uri: string,
  name: string,
  range?: SourceRange,
): AsyncGenerator<Uint8Array> {
  const { bytes, etag } = (await store.head(name)) ?? missing(uri, name);
  const end = range === undefined ? bytes : Math.min(bytes, range.from + range.count);
  for (let from = range?.from ?? 0; from < end; from += CHUNK_BYTES) {
    const count = Math.min(CHUNK_BYTES, end - from);
    const part = (await store.get(name, { from, count })) ?? missing(uri, name);
    if (part.etag !== etag)
      throw new DatasetInvalid(
        `data set file changed while it was read [uri=${uri}, file=${name}]; start again when it is at rest`,
      );
    yield part.bytes;
  }
}

async function listFolder(store: ObjectStore, folder: string): Promise<readonly string[]> {
  const objects = await store.list(folder);
  return objects
    .map(({ key }) => key.slice(folder.length))
    .filter((name) => name !== '' && !name.includes('/'))
    .sort();
}

/** Some consoles mark a folder by an empty object with its name. */
async function walk(store: ObjectStore): Promise<readonly string[]> {
  const objects = await store.list('');
  return objects
    .map(({ key }) => key)
    .filter((key) => key !== '' && !key.endsWith('/'))
    .sort();
}

/** The store's own advice is about the bucket of the trials. */
function noBucket(error: unknown, uri: string): never {
  const { cause } = error as { readonly cause?: unknown };
  if (!(cause instanceof Error) || !NO_BUCKET.includes(cause.name)) throw error;
  throw new DatasetInvalid(
    `dataset.uri must name a bucket that exists, got ${uri}; create it, or check that AWS_ENDPOINT_URL_S3 names its store`,
    { cause: error },
  );
}

function missing(uri: string, name: string): never {
  throw new DatasetInvalid(`data set file is not there, or went away while it was read [uri=${uri}, file=${name}]`);
}
