import { S3_ADDRESS } from '../../workflows/spec/dataset-address';
import type { ObjectStore } from '../storage/object-store';
import { DatasetInvalid } from './errors';
import type { Source, SourceAccess } from './source';

/** How the store names a bucket that it does not have, or could not have. */
const NO_BUCKET: readonly string[] = ['NoSuchBucket', 'InvalidBucketName'];

/** The objects below a prefix of a bucket. @throws DatasetInvalid if the address is none, or no bucket may be opened. */
export function bucketSource(uri: string, openBucket: SourceAccess['openBucket']): Source {
  const [, bucket, path = ''] = S3_ADDRESS.exec(uri) ?? [];
  if (bucket === undefined) throw new DatasetInvalid(`dataset.uri must be s3://bucket/prefix, got ${uri}`);
  if (openBucket === undefined) throw new DatasetInvalid(`dataset.uri is s3://, which this worker cannot read, got ${uri}; use file://`);
  const prefix = path === '' || path.endsWith('/') ? path : `${path}/`;
  const store = openBucket({ bucket, prefix });
  return {
    uri,
    list: (folder) => listFolder(store, folder === undefined ? '' : `${folder}/`).catch((error: unknown) => noBucket(error, uri)),
    bytes: async (name) => (await store.head(name) ?? missing(uri, name)).bytes,
    async *open(name) {
      yield (await store.get(name) ?? missing(uri, name)).bytes;
    },
  };
}

async function listFolder(store: ObjectStore, folder: string): Promise<readonly string[]> {
  const objects = await store.list(folder);
  return objects.map(({ key }) => key.slice(folder.length)).filter((name) => name !== '' && !name.includes('/')).sort();
}

/** The store's own advice is about the bucket of the trials. */
function noBucket(error: unknown, uri: string): never {
  const { cause } = error as { readonly cause?: unknown };
  if (!(cause instanceof Error) || !NO_BUCKET.includes(cause.name)) throw error;
  throw new DatasetInvalid(`dataset.uri must name a bucket that exists, got ${uri}; create it, or check that AWS_ENDPOINT_URL_S3 names its store`, { cause: error });
}

function missing(uri: string, name: string): never {
  throw new DatasetInvalid(`data set file went away while it was read [uri=${uri}, file=${name}]`);
}
