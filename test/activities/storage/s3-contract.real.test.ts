import { s3Store } from '../../../activities/storage/s3';
import { s3Client } from '../../support/s3-client';
import { freshBucket } from '../../support/services';
import type { S3Kind } from '../../support/services';
import { objectStoreContract } from './object-store-contract';

for (const kind of ['versitygw', 'minio'] as const satisfies readonly S3Kind[]) {
  objectStoreContract(kind, async () => {
    const { bucket, access } = await freshBucket(kind);
    return s3Store({ bucket, prefix: 'team one/v1/', client: s3Client(access) });
  });
}
