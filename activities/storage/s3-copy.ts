import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import type { S3Client } from '@aws-sdk/client-s3';
import type { TransferOptions } from './object-store';

/** A server that copies more may say nothing for longer than a connection may be silent; the S3 API would take 5 GiB. */
const PIECE_BYTES = 256 * 1024 ** 2;

export interface S3Place {
  readonly Bucket: string;
  readonly Key: string;
}

export interface CopyPlan {
  readonly from: S3Place;
  readonly to: S3Place;
  readonly bytes: number;
}

/** Copies an object within the store, whose servers move the bytes. */
export async function copyObject(
  client: S3Client,
  { from, to, bytes }: CopyPlan,
  { onMoved, signal }: TransferOptions = {},
): Promise<void> {
  const CopySource = `${from.Bucket}/${from.Key}`.split('/').map(encodeURIComponent).join('/');
  signal?.throwIfAborted();
  if (bytes <= PIECE_BYTES) {
    await client.send(new CopyObjectCommand({ ...to, CopySource }));
    return onMoved?.(bytes);
  }
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(to));
  try {
    const Parts: { readonly ETag: string | undefined; readonly PartNumber: number }[] = [];
    for (let at = 0; at < bytes; at += PIECE_BYTES) {
      signal?.throwIfAborted();
      const PartNumber = Parts.length + 1;
      const end = Math.min(at + PIECE_BYTES, bytes);
      const CopySourceRange = `bytes=${at}-${end - 1}`;
      const { CopyPartResult } = await client.send(
        new UploadPartCopyCommand({ ...to, UploadId, PartNumber, CopySource, CopySourceRange }),
      );
      Parts.push({ ETag: CopyPartResult?.ETag, PartNumber });
      onMoved?.(end - at);
    }
    await client.send(new CompleteMultipartUploadCommand({ ...to, UploadId, MultipartUpload: { Parts } }));
  } catch (error) {
    await client.send(new AbortMultipartUploadCommand({ ...to, UploadId })).catch(() => undefined);
    throw error;
  }
}
