import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import type { S3Client } from '@aws-sdk/client-s3';

/** Of one CopyObject, in the S3 API. */
const WHOLE_BYTES_MAX = 5 * 1024 ** 3;
/** 10,000 parts of these are more than the largest object, 5 TiB. */
const PART_BYTES = 1024 ** 3;

export interface S3Place {
  readonly Bucket: string;
  readonly Key: string;
}

/** Copies an object within the store, whose servers move the bytes. */
export async function copyObject(client: S3Client, from: S3Place, to: S3Place, bytes: number): Promise<void> {
  const CopySource = `${from.Bucket}/${from.Key}`.split('/').map(encodeURIComponent).join('/');
  if (bytes <= WHOLE_BYTES_MAX) return void (await client.send(new CopyObjectCommand({ ...to, CopySource })));
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(to));
  try {
    const Parts: { readonly ETag: string | undefined; readonly PartNumber: number }[] = [];
    for (let at = 0; at < bytes; at += PART_BYTES) {
      const PartNumber = Parts.length + 1;
      const CopySourceRange = `bytes=${at}-${Math.min(at + PART_BYTES, bytes) - 1}`;
      const { CopyPartResult } = await client.send(
        new UploadPartCopyCommand({ ...to, UploadId, PartNumber, CopySource, CopySourceRange }),
      );
      Parts.push({ ETag: CopyPartResult?.ETag, PartNumber });
    }
    await client.send(new CompleteMultipartUploadCommand({ ...to, UploadId, MultipartUpload: { Parts } }));
  } catch (error) {
    await client.send(new AbortMultipartUploadCommand({ ...to, UploadId })).catch(() => undefined);
    throw error;
  }
}
