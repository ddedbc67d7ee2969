import { bucketsWithin, isOpenBucket } from '../../../../activities/datasets/source/bucket-roots';
import { openSource } from '../../../../activities/datasets/source/source';
import { readImport } from '../../../../activities/interchange/warm-start/read-import';
import { memoryStore } from '../../../../activities/storage/memory';

it.each([
  ['s3://images/mnist', ['images'], true],
  ['s3://images', ['images'], true],
  ['s3://images/mnist/', ['other', 'images/mnist'], true],
  ['s3://images/mnist/train', ['images/mnist/'], true],
  ['s3://images/anything', ['*'], true],
  ['s3://images/mnist', [], false],
  ['s3://images/mnist', ['other'], false],
  ['s3://images-private/mnist', ['images'], false],
  ['s3://images/mnist-private', ['images/mnist'], false],
  ['s3://images', ['images/mnist'], false],
  ['s3://images/mnist/../secret', ['images/mnist'], false],
  ['s3://images/../other/secret', ['*'], false],
])('%s below %j: %p', (uri, roots, open) => {
  expect(isOpenBucket(uri, roots)).toBe(open);
});

it('a data set or an import elsewhere is refused before its bucket is opened, and the message says who may open it', async () => {
  const store = memoryStore();
  await store.put('trials.csv', Buffer.from('weightDecay,score\n1e-3,1\n'));
  const opened: string[] = [];
  const open = ({ bucket, prefix }: { readonly bucket: string; readonly prefix: string }) => {
    opened.push(`${bucket}/${prefix}`);
    return store;
  };
  const access = { fileRoots: [], openBucket: bucketsWithin(['images/mnist'], open) };
  const refused = (uri: string) => ({
    name: 'DatasetInvalid',
    message: `dataset.uri must lie in a bucket that the worker may read, got ${uri}; allowed are images/mnist: set STEPWELL_BUCKET_ROOTS where the tuner worker runs`,
  });
  await expect(openSource('s3://secrets/mnist', access)).rejects.toMatchObject(refused('s3://secrets/mnist/'));
  const csv = { format: 'csv', sameScale: false } as const;
  await expect(readImport({ ...csv, uri: 's3://secrets/trials.csv' }, access, 'valLoss')).rejects.toMatchObject(
    refused('s3://secrets/'),
  );
  expect(opened).toEqual([]);
  await openSource('s3://images/mnist', access);
  await expect(readImport({ ...csv, uri: 's3://images/mnist/trials.csv' }, access, 'valLoss')).resolves.toMatchObject({
    trials: [{ score: 1 }],
  });
  expect(opened).toEqual(['images/mnist/', 'images/mnist/']);
});
