/**
 * Which buckets a study may read. It names them itself, so only what the operator opened may be read, whatever the
 * worker's credentials open.
 *
 * @module
 */
import { S3_ADDRESS } from '../../../workflows/spec/dataset-address';
import { DatasetInvalid } from '../errors';
import type { SourceAccess } from './source';

type OpenBucket = NonNullable<SourceAccess['openBucket']>;

/** Every bucket that the worker's credentials open. */
export const ALL_BUCKETS = '*';

/**
 * Whether an address lies below a root: the same bucket, and the same folder or one in it.
 *
 * @param roots `bucket`, `bucket/prefix` or `*`.
 */
export function isOpenBucket(uri: string, roots: readonly string[]): boolean {
  const [, bucket = '', key = ''] = S3_ADDRESS.exec(uri) ?? [];
  // Some stores keep objects as files, where these lead out of a folder.
  if (key.split('/').some((part) => part === '..' || part === '.')) return false;
  const folder = withSlash(`${bucket}/${key}`);
  return roots.some((root) => root === ALL_BUCKETS || folder.startsWith(withSlash(root)));
}

/** Opens only what lies below the roots. What it opens throws DatasetInvalid for anything else. */
export function bucketsWithin(roots: readonly string[], open: OpenBucket): OpenBucket {
  return (address) => {
    const uri = `s3://${address.bucket}/${address.prefix}`;
    if (!isOpenBucket(uri, roots)) throw new DatasetInvalid(closedBucket(uri, roots));
    return open(address);
  };
}

/** Why an address may not be read, and what opens it. */
export function closedBucket(uri: string, roots: readonly string[]): string {
  const allowed = roots.length === 0 ? 'none is allowed' : `allowed are ${roots.join(', ')}`;
  return `dataset.uri must lie in a bucket that the worker may read, got ${uri}; ${allowed}: set STEPWELL_BUCKET_ROOTS where the tuner worker runs`;
}

const withSlash = (place: string): string => (place.endsWith('/') ? place : `${place}/`);
