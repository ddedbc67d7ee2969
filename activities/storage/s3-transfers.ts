/**
 * Files of any size between the disk and an S3-compatible bucket.
 *
 * @module
 */
import { AbortMultipartUploadCommand, ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import type { ObjectRef } from '../../workflows/words/outcome';
import { Movement } from './movement';
import type { ContentRef, FileSource, PutFileOptions, TransferOptions } from './object-store';
import { bytesOf, contentOf } from './pieces';
import { downloadFile } from './s3-download';
import type { TransferBucket, TransferLimits } from './s3-patience';
import { Upload } from './s3-upload';

export class S3Transfers {
  constructor(
    private readonly bucket: TransferBucket,
    private readonly limits: TransferLimits,
  ) {}

  async putFile(key: string, source: FileSource, { sha256, onMoved, signal }: PutFileOptions = {}): Promise<ObjectRef> {
    const { bucket, limits } = this;
    const content = sha256 === undefined ? await contentOf(source, signal) : { sha256, bytes: await bytesOf(source) };
    await new Upload({ bucket, limits, key, source, ...content, signal, movement: new Movement(onMoved) }).run();
    return { key, ...content };
  }

  async getFile(key: string, path: string | null, options: TransferOptions = {}): Promise<ContentRef | undefined> {
    const { bucket, limits } = this;
    return downloadFile({ bucket, limits, key, path }, options);
  }

  async abandonUploads(prefix: string): Promise<void> {
    const { Bucket, Key: Prefix } = this.bucket.at(prefix);
    try {
      const client = await this.bucket.client();
      const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket, Prefix }));
      for (const { Key, UploadId } of Uploads)
        await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
    } catch (error) {
      throw await this.bucket.trouble(error, 'delete', prefix);
    }
  }
}
