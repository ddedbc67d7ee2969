/**
 * The servers that all real tests of a run share; started by global-setup.ts, one of each.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';

export interface S3Access {
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export type S3Kind = 'versitygw' | 'minio';

/** How the set-up hands the servers to the tests: by the environment, which test processes inherit. */
export const SERVICES_VARIABLE = 'STEPWELL_TEST_SERVICES';

export interface TestServices {
  readonly temporal: string;
  readonly versitygw: S3Access;
  readonly minio: S3Access;
}

/**
 * Host and port of the run's Temporal server; its namespace is `default`. Use a task queue and workflow ids of your
 * own.
 */
export function temporalAddress(): string {
  return testServices().temporal;
}

export function s3Access(kind: S3Kind): S3Access {
  return testServices()[kind];
}

/** A new empty bucket. */
export async function freshBucket(kind: S3Kind): Promise<{ readonly bucket: string; readonly access: S3Access }> {
  const access = s3Access(kind);
  const bucket = `test-${randomUUID()}`;
  const { endpoint, region, accessKeyId, secretAccessKey } = access;
  const client = new S3Client({
    endpoint,
    region,
    credentials: { accessKeyId, secretAccessKey },
    forcePathStyle: true,
  });
  try {
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
    return { bucket, access };
  } finally {
    client.destroy();
  }
}

function testServices(): TestServices {
  const handed = process.env[SERVICES_VARIABLE];
  if (handed === undefined)
    throw new Error('no test servers run: name the file *.real.test.ts and run it by jest --selectProjects real');
  return JSON.parse(handed) as TestServices;
}
