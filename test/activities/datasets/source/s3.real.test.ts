import { createHash } from 'node:crypto';
import { ensureDataset } from '../../../../activities/datasets/packed/cache';
import { pinDataset } from '../../../../activities/datasets/packed/pin';
import { s3Store } from '../../../../activities/storage/s3';
import { loadDataset } from '../../../../activities/training/examples/dataset';
import { folderOf, idxSet, pattern } from '../../../support/datasets';
import { imagesOf } from '../../../support/images';
import { freshBucket } from '../../../support/services';

describe.each(['versitygw', 'minio'] as const)('a data set in a bucket of %s', (kind) => {
  it('is read from there, packed into the store, and fetched by a worker', async () => {
    const [from, to] = [await freshBucket(kind), await freshBucket(kind)];
    const raw = s3Store({ bucket: from.bucket, prefix: 'sets/tiny/', access: from.access });
    for (const [name, bytes] of Object.entries(idxSet())) await raw.put(name, bytes);
    const store = s3Store({ bucket: to.bucket, prefix: 'v1/', access: to.access });
    const dependencies = {
      store,
      fileRoots: [],
      openBucket: (address: { readonly bucket: string; readonly prefix: string }) =>
        s3Store({ ...address, access: from.access }),
    };
    const spec = { format: 'idx', uri: `s3://${from.bucket}/sets/tiny`, validationFraction: 0.2 };
    const dataset = await pinDataset(dependencies, spec, 1, { onProgress: () => undefined });
    const { train } = loadDataset(await ensureDataset(store, dataset, folderOf({})));
    expect(createHash('sha256').update(imagesOf(train)).digest('hex')).toBe(
      createHash('sha256').update(pattern(60)).digest('hex'),
    );
  });

  it('is refused where the bucket holds none, with what was looked for', async () => {
    const { bucket, access } = await freshBucket(kind);
    const dependencies = {
      store: s3Store({ bucket, prefix: 'v1/', access }),
      fileRoots: [],
      openBucket: (address: { readonly bucket: string; readonly prefix: string }) => s3Store({ ...address, access }),
    };
    const pin = (uri: string) =>
      pinDataset(dependencies, { format: 'idx', uri, validationFraction: 0.2 }, 1, { onProgress: () => undefined });
    await expect(pin(`s3://${bucket}/none`)).rejects.toMatchObject({
      name: 'DatasetInvalid',
      message: expect.stringMatching(/looked for train-images-idx3-ubyte .*found no files/),
    });
    await expect(pin(`s3://${bucket}-none/none`)).rejects.toMatchObject({
      name: 'DatasetInvalid',
      message: `dataset.uri must name a bucket that exists, got s3://${bucket}-none/none; create it, or check that AWS_ENDPOINT_URL_S3 names its store`,
    });
  });
});
