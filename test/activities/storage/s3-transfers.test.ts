import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ObjectStore } from '../../../activities/storage/object-store';
import { s3Store } from '../../../activities/storage/s3';
import type { TransferLimits } from '../../../activities/storage/s3-patience';

const folder = mkdtempSync(path.join(tmpdir(), 'stepwell-transfers-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Parts of 100 kB, some at a time. */
const PARTS = { singlePutBytesMax: 100_000, partBytes: 100_000, partsAtOnce: 3 };

interface Heard {
  readonly request: string;
  readonly bytes: number;
}

type Answer = (request: IncomingMessage, response: ServerResponse, body: Buffer) => void;

let server: Server;
let heard: Heard[] = [];

/** A store at a server that answers as told, once it has heard a request out. */
async function storeThatAnswers(answer: Answer, transfers: Partial<TransferLimits> = PARTS): Promise<ObjectStore> {
  heard = [];
  server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const body = Buffer.concat(pieces);
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://store');
      const query = [...searchParams.keys()].filter((name) => name !== 'x-id').sort();
      heard.push({ request: [request.method, pathname, ...query].join(' '), bytes: body.length });
      answer(request, response, body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const access = { endpoint, region: 'us-east-1', accessKeyId: 'key', secretAccessKey: 'secret' };
  return s3Store({ bucket: 'studies', prefix: '', access, transfers });
}

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const xml = (response: ServerResponse, status: number, text: string): void => {
  response.writeHead(status, { 'content-type': 'application/xml', etag: '"e"' }).end(text);
};

/** Takes what is put, by parts or whole. */
const taking: Answer = (request, response) => {
  const { url = '', method } = request;
  if (method === 'POST' && url.includes('uploads'))
    return xml(response, 200, '<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>');
  if (method === 'POST')
    return xml(response, 200, '<CompleteMultipartUploadResult><ETag>e</ETag></CompleteMultipartUploadResult>');
  if (method === 'DELETE') return void response.writeHead(204).end();
  response.writeHead(200, { etag: '"e"' }).end();
};

const unavailable = (response: ServerResponse): void =>
  xml(response, 503, '<Error><Code>SlowDown</Code><Message>later</Message></Error>');

function fileOf(bytes: number): string {
  const file = path.join(folder, `${bytes}`);
  writeFileSync(file, Buffer.alloc(bytes, 7));
  return file;
}

const requests = (): readonly string[] => heard.map(({ request }) => request);

test('a small file is one request, signed with the hash that came with it', async () => {
  const signed: unknown[] = [];
  const store = await storeThatAnswers((request, response, body) => {
    signed.push(request.headers['x-amz-content-sha256'], request.headers['content-length'], body.length);
    taking(request, response, body);
  });
  await store.putFile('weights', fileOf(90_000), { sha256: 'ab'.repeat(32) });
  expect([requests(), signed]).toEqual([['PUT /studies/weights'], ['ab'.repeat(32), '90000', 90_000]]);
});

test('a large file goes in parts, and every byte of it is told once it moves', async () => {
  const store = await storeThatAnswers(taking);
  let moved = 0;
  await store.putFile('state', fileOf(450_000), { onMoved: (bytes) => void (moved += bytes) });
  expect(moved).toBe(450_000);
  expect(requests()[0]).toBe('POST /studies/state uploads');
  expect(requests().at(-1)).toBe('POST /studies/state uploadId');
  expect(
    heard
      .slice(1, -1)
      .map(({ bytes }) => bytes)
      .sort(),
  ).toEqual([100_000, 100_000, 100_000, 100_000, 50_000].sort());
});

test('a part that the store was away for goes again, and no other', async () => {
  let refusals = 2;
  const store = await storeThatAnswers((request, response, body) =>
    body.length === 50_000 && refusals-- > 0 ? unavailable(response) : taking(request, response, body),
  );
  await store.putFile('state', fileOf(450_000));
  expect(heard.filter(({ bytes }) => bytes === 50_000)).toHaveLength(3);
  expect(heard.filter(({ bytes }) => bytes === 100_000)).toHaveLength(4);
});

test('parts of a file that cannot be put are taken back, and none goes after', async () => {
  const store = await storeThatAnswers((request, response, body) =>
    body.length > 0 && request.method === 'PUT' ? unavailable(response) : taking(request, response, body),
  );
  await expect(store.putFile('state', fileOf(450_000))).rejects.toMatchObject({ name: 'StorageUnavailable' });
  expect(requests().at(-1)).toBe('DELETE /studies/state uploadId');
});

test('parts are taken back again where one that was on its way stood in the way, until the store knows none', async () => {
  const ends = [
    [500, 'InternalError'],
    [204, ''],
    [404, 'NoSuchUpload'],
  ] as const;
  let told = 0;
  const store = await storeThatAnswers((request, response, body) => {
    if (request.method === 'DELETE') {
      const [status, code] = ends[told++]!;
      return xml(response, status, `<Error><Code>${code}</Code></Error>`);
    }
    if (body.length === 50_000) return xml(response, 403, '<Error><Code>AccessDenied</Code></Error>');
    taking(request, response, body);
  });
  await expect(store.putFile('state', fileOf(450_000))).rejects.toMatchObject({ name: 'StorageRefused' });
  expect(told).toBe(ends.length);
});

test('uploads are asked for by their folder, and of all where a store answers to whole keys only; page by page', async () => {
  const upload = (key: string): string =>
    `<Upload><Key>${key}</Key><UploadId>u-${key}</UploadId><Initiated>2026-01-01T00:00:00Z</Initiated></Upload>`;
  const pages = [
    '',
    `<IsTruncated>true</IsTruncated><NextKeyMarker>a/1</NextKeyMarker><NextUploadIdMarker>u</NextUploadIdMarker>${upload('a/1')}`,
    upload('a/2') + upload('b/1'),
  ];
  const store = await storeThatAnswers((_, response) =>
    xml(response, 200, `<ListMultipartUploadsResult>${pages.shift() ?? ''}</ListMultipartUploadsResult>`),
  );
  const begunAt = Date.UTC(2026, 0, 1);
  expect(await store.listUploads('a/')).toEqual(['a/1', 'a/2'].map((key) => ({ key, id: `u-${key}`, begunAt })));
  expect(requests()).toEqual([
    'GET /studies/ prefix uploads',
    'GET /studies/ uploads',
    'GET /studies/ key-marker upload-id-marker uploads',
  ]);
});

test('a store that answers nothing is unavailable once no byte has moved for the limit', async () => {
  const store = await storeThatAnswers(() => undefined, { ...PARTS, sendingSilenceMilliseconds: 50 });
  await expect(store.putFile('weights', fileOf(10))).rejects.toThrow(/no byte moved for 0 s/);
});

test('whoever waits is told that an upload lives while the store puts its parts together', async () => {
  let finish: (() => void) | undefined;
  const store = await storeThatAnswers(
    (request, response, body) => {
      const assembles = request.method === 'POST' && request.url?.includes('uploadId') === true;
      if (assembles) finish = () => taking(request, response, body);
      else taking(request, response, body);
    },
    { ...PARTS, sendingSilenceMilliseconds: 1_000 },
  );
  await store.putFile('state', fileOf(450_000), { onMoved: (bytes) => void (bytes === 0 && finish?.()) });
  expect(finish).toBeDefined();
});

test('a file whose last answer is lost is whole if the store has it', async () => {
  const store = await storeThatAnswers((request, response, body) => {
    const { url = '', method } = request;
    if (method === 'HEAD') return void response.writeHead(200, { etag: '"e"', 'content-length': 450_000 }).end();
    if (method === 'POST' && url.includes('uploadId')) return void response.destroy();
    taking(request, response, body);
  });
  await expect(store.putFile('state', fileOf(450_000))).resolves.toMatchObject({ bytes: 450_000 });
});

test('an object whose body breaks off is read on from there', async () => {
  const whole = Buffer.from(Array.from({ length: 300_000 }, (_, i) => i % 251));
  const ranges: (string | undefined)[] = [];
  const store = await storeThatAnswers((request, response) => {
    const { range } = request.headers;
    ranges.push(range);
    const from = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
    response.writeHead(range === undefined ? 200 : 206, { etag: '"e"', 'content-length': whole.length - from });
    // Four times it breaks off, which is more than a store may be away.
    if (ranges.length > 4) response.end(whole.subarray(from));
    else response.write(whole.subarray(from, from + 50_000), () => setImmediate(() => response.destroy()));
  });
  const file = path.join(folder, 'broken-off');
  const found = await store.getFile('state', file);
  expect(readFileSync(file).equals(whole)).toBe(true);
  expect(found?.bytes).toBe(whole.length);
  expect(ranges[0]).toBeUndefined();
  expect(ranges).toHaveLength(5);
});
