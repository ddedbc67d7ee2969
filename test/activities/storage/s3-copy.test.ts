import type { S3Client } from '@aws-sdk/client-s3';
import { copyObject } from '../../../activities/storage/s3-copy';

const PIECE = 256 * 1024 ** 2;
const FROM = { Bucket: 'b', Key: 'v1/a + b.bin' };
const TO = { Bucket: 'b', Key: 'v1/to.bin' };

/** Answers every command; `failing` names one that fails. */
function recording(failing?: string) {
  const sent: { readonly name: string; readonly input: Readonly<Record<string, unknown>> }[] = [];
  const send = async (command: { readonly input: Readonly<Record<string, unknown>> }) => {
    const { name } = command.constructor;
    sent.push({ name, input: command.input });
    if (name === failing) throw new Error('refused');
    return { UploadId: 'upload', CopyPartResult: { ETag: `etag ${String(command.input['PartNumber'])}` } };
  };
  return { sent, client: { send } as unknown as S3Client };
}

test('an object of one piece is copied by one request', async () => {
  const { sent, client } = recording();
  await copyObject(client, { from: FROM, to: TO, bytes: PIECE });
  expect(sent).toEqual([{ name: 'CopyObjectCommand', input: { ...TO, CopySource: 'b/v1/a%20%2B%20b.bin' } }]);
});

test('a larger one is copied in parts that are all of it', async () => {
  const { sent, client } = recording();
  const moved: number[] = [];
  const plan = { from: FROM, to: TO, bytes: 5 * PIECE + 7 };
  await copyObject(client, plan, { onMoved: (bytes) => void moved.push(bytes) });
  expect(moved).toEqual([PIECE, PIECE, PIECE, PIECE, PIECE, 7]);
  const ranges = sent.flatMap(({ input }) => input['CopySourceRange'] ?? []);
  expect(ranges).toHaveLength(6);
  expect([ranges[0], ranges[5]]).toEqual([`bytes=0-${PIECE - 1}`, `bytes=${5 * PIECE}-${5 * PIECE + 6}`]);
  const last = sent.at(-1)!;
  expect(last.name).toBe('CompleteMultipartUploadCommand');
  expect(last.input).toMatchObject({
    MultipartUpload: { Parts: [1, 2, 3, 4, 5, 6].map((PartNumber) => ({ PartNumber, ETag: `etag ${PartNumber}` })) },
  });
});

test('parts of a copy that failed are given up', async () => {
  const { sent, client } = recording('UploadPartCopyCommand');
  await expect(copyObject(client, { from: FROM, to: TO, bytes: 6 * PIECE })).rejects.toThrow('refused');
  expect(sent.at(-1)).toEqual({ name: 'AbortMultipartUploadCommand', input: { ...TO, UploadId: 'upload' } });
});

test('a copy that is ended between two parts says why, and its parts are given up', async () => {
  const { sent, client } = recording();
  const ending = new AbortController();
  const copied = copyObject(
    client,
    { from: FROM, to: TO, bytes: 6 * PIECE },
    { onMoved: () => ending.abort(new Error('told to')), signal: ending.signal },
  );
  await expect(copied).rejects.toThrow('told to');
  expect(sent.map(({ name }) => name)).toEqual([
    'CreateMultipartUploadCommand',
    'UploadPartCopyCommand',
    'AbortMultipartUploadCommand',
  ]);
});
