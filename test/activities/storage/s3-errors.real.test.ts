import { inspect } from 'node:util';
import { checkStore } from '../../../activities/storage/probes';
import type { ObjectStore } from '../../../activities/storage/object-store';
import { s3Store } from '../../../activities/storage/s3';
import { freshBucket } from '../../support/services';
import type { S3Access } from '../../support/services';
import { environmentOf, useAwsEnvironment } from './aws-environment';

const KEY = 'trials/abc/manifest.json';

/** Every operation of a store, each with a name. */
const operations = (store: ObjectStore): Readonly<Record<string, () => Promise<unknown>>> => ({
  put: () => store.put(KEY, new Uint8Array([1])),
  'conditional put': () => store.put(KEY, new Uint8Array([1]), { ifMatch: '"x"' }),
  get: () => store.get(KEY),
  head: () => store.head(KEY),
  list: () => store.list('trials/'),
  delete: () => store.delete([KEY]),
});

async function expectAll(
  store: ObjectStore,
  secrets: readonly string[],
  expected: { readonly name: string; readonly message: RegExp },
): Promise<void> {
  for (const [operation, run] of Object.entries(operations(store))) {
    const error = await run().then(
      () => undefined,
      (reason: unknown) => reason as Error,
    );
    expect({ operation, name: error?.name, message: error?.message }).toEqual({
      operation,
      name: expected.name,
      message: expect.stringMatching(expected.message),
    });
    const shown = inspect(error, { depth: 20, showHidden: true });
    for (const secret of secrets) expect(shown).not.toContain(secret);
  }
}

describe.each(['versitygw', 'minio'] as const)('%s', (kind) => {
  let access: S3Access;
  let bucket: string;
  const open = (changed: Partial<S3Access & { bucket: string }> = {}): ObjectStore => {
    useAwsEnvironment(environmentOf({ ...access, ...changed }));
    return s3Store({ bucket: changed.bucket ?? bucket, prefix: 'v1/' });
  };

  beforeAll(async () => {
    ({ access, bucket } = await freshBucket(kind));
  });

  test('a store needs nothing but the environment, not even a region', async () => {
    const store = open();
    await checkStore(store);
    expect(store.uri).toBe(`s3://${bucket}/v1/`);
  });

  test('a bucket that is missing is refused by every operation, with what to do', async () => {
    await expectAll(open({ bucket: 'no-such-bucket' }), [access.secretAccessKey], {
      name: 'StorageRefused',
      message:
        /\[endpoint=http:\/\/\S+, bucket=no-such-bucket, key=\S+\]: .*bucket does not exist.*; create the bucket, or set STEPWELL_BUCKET$/,
    });
  });

  test('a wrong secret is refused by every operation, and told to nobody', async () => {
    const secretAccessKey = 'wrong-secret-0123456789';
    await expectAll(open({ secretAccessKey }), [secretAccessKey, access.accessKeyId], {
      name: 'StorageRefused',
      message: /check AWS_SECRET_ACCESS_KEY$/,
    });
  });

  test('an unknown access key is refused by every operation, and told to nobody', async () => {
    const accessKeyId = 'unknown-access-key';
    await expectAll(open({ accessKeyId }), [accessKeyId, access.secretAccessKey], {
      name: 'StorageRefused',
      message: /check AWS_ACCESS_KEY_ID and AWS_ENDPOINT_URL_S3/,
    });
  });
});
