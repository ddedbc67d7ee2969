/**
 * Files of any size between the disk and an S3-compatible bucket.
 *
 * @module
 */
import { AbortMultipartUploadCommand, ListMultipartUploadsCommand, NoSuchUpload } from '@aws-sdk/client-s3';
import type { ObjectRef } from '../../workflows/words/outcome';
import { Movement } from './movement';
import type { ContentRef, FileSource, PendingUpload, PutFileOptions, TransferOptions } from './object-store';
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

  async listUploads(prefix: string): Promise<readonly PendingUpload[]> {
    try {
      const found = await this.uploadsBelow(prefix, true);
      // MinIO takes a prefix for a whole key, and tells the rest only to who asks for everything.
      return found.length > 0 ? found : await this.uploadsBelow(prefix, false);
    } catch (error) {
      throw await this.bucket.trouble(error, 'list', prefix);
    }
  }

  async abandonUploads(uploads: readonly PendingUpload[]): Promise<void> {
    for (const { key, id } of uploads) {
      try {
        const client = await this.bucket.client();
        await client.send(new AbortMultipartUploadCommand({ ...this.bucket.at(key), UploadId: id }));
      } catch (error) {
        // It was ended meanwhile.
        if (!(error instanceof NoSuchUpload)) throw await this.bucket.trouble(error, 'delete', key);
      }
    }
  }

  private async uploadsBelow(prefix: string, asksForPrefix: boolean): Promise<readonly PendingUpload[]> {
    const { Bucket, Key: below } = this.bucket.at(prefix);
    const ours = this.bucket.at('').Key.length;
    const client = await this.bucket.client();
    const found: PendingUpload[] = [];
    for (let page = {}, more = true; more;) {
      const answer = await client.send(
        new ListMultipartUploadsCommand({ Bucket, ...(asksForPrefix && { Prefix: below }), ...page }),
      );
      for (const { Key = '', UploadId: id = '', Initiated } of answer.Uploads ?? []) {
        // Without a time it passes for new, as an object does.
        if (Key.startsWith(below))
          found.push({ key: Key.slice(ours), id, begunAt: Initiated?.getTime() ?? Date.now() });
      }
      page = { KeyMarker: answer.NextKeyMarker, UploadIdMarker: answer.NextUploadIdMarker };
      more = answer.IsTruncated === true && answer.NextKeyMarker !== undefined;
    }
    return found;
  }
}
