import { S3Client } from '@aws-sdk/client-s3';
import type { StudyWorld } from './studies';

/** A client of a test's own server, by credentials of its own instead of the environment's. */
export function s3Client({ endpoint, region, accessKeyId, secretAccessKey }: StudyWorld['access']): S3Client {
  return new S3Client({ endpoint, region, credentials: { accessKeyId, secretAccessKey }, forcePathStyle: true });
}
