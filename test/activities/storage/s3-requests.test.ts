import { createHash } from 'node:crypto';
import { PassThrough, Readable } from 'node:stream';
import { S3Client } from '@aws-sdk/client-s3';
import type { S3ClientConfig } from '@aws-sdk/client-s3';
import { s3Store } from '../../../activities/storage/s3';
import type { ObjectStore } from '../../../activities/storage/object-store';
import { useAwsEnvironment } from './aws-environment';

/** A request as it goes out: what its connection would be told. */
interface Sent {
  readonly method: string;
  readonly protocol: string;
  readonly hostname: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const FOUND: Answer = { status: 200, headers: { etag: '"e"', 'content-length': '0' } };
const refusal = (code: string, date: Date): Answer => ({
  status: 403,
  headers: { date: date.toUTCString() },
  body: `<Error><Code>${code}</Code><Message>a &lt;message&gt; &amp; more</Message></Error>`,
});

/** A store whose connections are taken here: the n-th request gets the n-th answer, all further ones the last. */
function storeThatAnswers(
  answers: readonly Answer[],
  { bucket = 'studies', ...config }: Partial<S3ClientConfig> & { readonly bucket?: string } = {},
): { readonly store: ObjectStore; readonly sent: Sent[] } {
  useAwsEnvironment({ AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' });
  const sent: Sent[] = [];
  const handle = async (request: Sent) => {
    sent.push(request);
    const { status, headers = {}, body = '' } = answers[Math.min(sent.length, answers.length) - 1] ?? FOUND;
    return { response: { statusCode: status, headers, body: Readable.from([Buffer.from(body)]) } };
  };
  const client = new S3Client({
    region: 'eu-west-1',
    credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
    requestHandler: { handle } as never,
    ...config,
  });
  return { store: s3Store({ bucket, prefix: 'v1/', client }), sent };
}

const millisecondsOf = (amzDate: string | undefined): number =>
  Date.parse((amzDate ?? '').replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));

test('on Amazon S3 a bucket is in the host name, and the request is signed for its region', async () => {
  const { store, sent } = storeThatAnswers([FOUND]);
  await store.get('trials/a b+c');
  expect(sent[0]).toMatchObject({
    method: 'GET',
    protocol: 'https:',
    hostname: 'studies.s3.eu-west-1.amazonaws.com',
    path: '/v1/trials/a%20b%2Bc',
  });
  expect(sent[0]?.headers['authorization']).toMatch(
    /^AWS4-HMAC-SHA256 Credential=key\/\d{8}\/eu-west-1\/s3\/aws4_request, /,
  );
});

test('an endpoint with a path and a port of its own keeps both, with the bucket below it', async () => {
  const { store, sent } = storeThatAnswers([FOUND], { endpoint: 'http://10.0.0.1:9000/s3', forcePathStyle: true });
  await store.head('x');
  expect(sent[0]).toMatchObject({ protocol: 'http:', hostname: '10.0.0.1', port: 9000, path: '/s3/studies/v1/x' });
  expect(sent[0]?.headers['host']).toBe('10.0.0.1:9000');
});

test('what is put is signed with its hash, which is its checksum too unless only required ones are wanted', async () => {
  const bytes = Buffer.from('digits');
  const hash = createHash('sha256').update(bytes).digest();
  const usual = storeThatAnswers([FOUND]);
  await usual.store.put('x', bytes, { ifNoneMatch: '*' });
  expect(usual.sent[0]?.headers).toMatchObject({
    'content-length': '6',
    'if-none-match': '*',
    'x-amz-content-sha256': hash.toString('hex'),
    'x-amz-checksum-sha256': hash.toString('base64'),
  });
  expect(usual.sent[0]?.headers['authorization']).toContain('if-none-match;x-amz-checksum-sha256;');
  const required = storeThatAnswers([FOUND], { requestChecksumCalculation: 'WHEN_REQUIRED' });
  await required.store.put('x', bytes);
  expect(required.sent[0]?.headers).not.toHaveProperty('x-amz-checksum-sha256');
});

test('credentials that expire are asked for again, and their session token goes with each request', async () => {
  let issued = 0;
  const { store, sent } = storeThatAnswers([FOUND], {
    credentials: async () => {
      issued += 1;
      return { accessKeyId: `key${issued}`, secretAccessKey: 's', sessionToken: `t${issued}`, expiration: new Date(0) };
    },
  });
  await store.get('x');
  await store.get('x');
  const tokens = sent.map(({ headers }) => headers['x-amz-security-token']);
  expect(new Set(tokens).size).toBe(2);
  expect(sent[1]?.headers['authorization']).toContain(`Credential=key${(tokens[1] ?? '').slice(1)}/`);
});

test('a clock that is wrong by the answer of the store is allowed for, by this request and the next ones', async () => {
  const ahead = new Date(Date.now() + 3_600_000);
  const { store, sent } = storeThatAnswers([refusal('RequestTimeTooSkewed', ahead), FOUND]);
  await store.get('x');
  await store.get('y');
  const offsets = sent.map(
    ({ headers }) => Math.round((millisecondsOf(headers['x-amz-date']) - ahead.getTime()) / 60_000) + 0,
  );
  expect(offsets).toEqual([-60, 0, 0]);
});

test('a refusal with the right time is not tried again, and its words are as the store meant them', async () => {
  const { store, sent } = storeThatAnswers([refusal('AccessDenied', new Date())]);
  await expect(store.get('x')).rejects.toThrow('AccessDenied: a <message> & more; the credentials need');
  expect(sent).toHaveLength(1);
});

test('a bucket whose requests are signed otherwise is refused before any request', async () => {
  const { store, sent } = storeThatAnswers([FOUND], { bucket: 'studies--usw2-az1--x-s3' });
  await expect(store.get('x')).rejects.toThrow(/sigv4-s3express; STEPWELL_BUCKET must be a general purpose bucket/);
  expect(sent).toEqual([]);
});

/** A store whose answers begin and never end. */
function storeThatFallsSilent() {
  const body = new PassThrough();
  body.write('begun');
  const response = { statusCode: 200, headers: { etag: '"e"' }, body };
  const client = new S3Client({
    region: 'eu-west-1',
    credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
    requestHandler: { handle: async () => ({ response }) } as never,
  });
  return s3Store({ bucket: 'studies', prefix: '', client, transfers: { receivingSilenceMilliseconds: 50 } });
}

test('an answer that falls silent half-way is a store that is away', async () => {
  await expect(storeThatFallsSilent().get('x')).rejects.toMatchObject({
    name: 'StorageUnavailable',
    message: expect.stringContaining('no byte moved') as string,
  });
});

test('an object tells of its bytes as they come, and ends with the reason of who wants it no more', async () => {
  const ending = new AbortController();
  const moved: number[] = [];
  const got = storeThatFallsSilent().get('x', undefined, {
    onMoved: (bytes) => {
      moved.push(bytes);
      ending.abort(new Error('told to'));
    },
    signal: ending.signal,
  });
  await expect(got).rejects.toThrow('told to');
  expect(moved).toEqual(['begun'.length]);
});
