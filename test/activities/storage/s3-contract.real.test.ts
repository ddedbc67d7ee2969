import { CreateMultipartUploadCommand, ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import type { S3Client } from '@aws-sdk/client-s3';
import { mkdtempSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { s3Store } from '../../../activities/storage/s3';
import { s3Client } from '../../support/s3-client';
import { freshBucket } from '../../support/services';
import type { S3Kind } from '../../support/services';
import { objectStoreContract } from './object-store-contract';

const MIB = 1024 * 1024;

/** So that files of some megabytes go in parts; S3 takes no smaller ones. */
const SMALL_PARTS = { singlePutBytesMax: 5 * MIB, partBytes: 5 * MIB };

async function uploadsOf(client: S3Client, bucket: string): Promise<number> {
  return (await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }))).Uploads?.length ?? 0;
}

for (const kind of ['versitygw', 'minio'] as const satisfies readonly S3Kind[]) {
  objectStoreContract(kind, async () => {
    const { bucket, access } = await freshBucket(kind);
    return s3Store({ bucket, prefix: 'team one/v1/', access, transfers: SMALL_PARTS });
  });

  describe(`200 MB on their way to ${kind}`, () => {
    // Sparse: the disk holds nothing of it.
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'stepwell-parts-')), 'state');
    beforeAll(() => {
      writeFileSync(file, 'the beginning');
      truncateSync(file, 200 * MIB);
    });

    test('ended half-way leave no object and no parts, and go whole when they are put again', async () => {
      const { bucket, access } = await freshBucket(kind);
      const client = s3Client(access);
      const store = s3Store({ bucket, prefix: 'v1/', access, transfers: SMALL_PARTS });
      const ending = new AbortController();
      let moved = 0;
      const onMoved = (bytes: number): void => {
        moved += bytes;
        if (moved > 100 * MIB) ending.abort(new Error('told to'));
      };
      await expect(store.putFile('state', file, { onMoved, signal: ending.signal })).rejects.toThrow('told to');
      expect(await store.head('state')).toBeUndefined();
      expect(await uploadsOf(client, bucket)).toBe(0);

      const put = await store.putFile('state', file);
      expect(await store.getFile('state', null)).toEqual({ sha256: put.sha256, bytes: 200 * MIB });
      expect(await uploadsOf(client, bucket)).toBe(0);
      client.destroy();
    });
  });

  test(`uploads that nobody ended on ${kind} are found by the folder that they are below, and ended`, async () => {
    const { bucket, access } = await freshBucket(kind);
    const client = s3Client(access);
    const store = s3Store({ bucket, prefix: 'v1/', access });
    const keys = ['trials/a/checkpoints/1', 'trials/a/weights', 'trials/ab/weights'];
    for (const key of keys) await client.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key: `v1/${key}` }));
    await client.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key: 'v10/trials/a/weights' }));
    const found = await store.listUploads('trials/a/');
    expect(found.map(({ key }) => key).sort()).toEqual(keys.slice(0, 2));
    expect(Math.abs(Date.now() - found[0]!.begunAt)).toBeLessThan(3_600_000);
    await store.abandonUploads(found);
    // Somebody may have been faster.
    await store.abandonUploads(found);
    expect((await store.listUploads('')).map(({ key }) => key)).toEqual(['trials/ab/weights']);
    expect(await uploadsOf(client, bucket)).toBe(2);
    client.destroy();
  });
}
