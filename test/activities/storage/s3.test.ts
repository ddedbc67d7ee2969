import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import type { ObjectStore } from '../../../activities/storage/object-store';
import { s3Store } from '../../../activities/storage/s3';
import { environmentOf, useAwsEnvironment } from './aws-environment';

const SECRET = 'a-secret-that-nobody-sees';
const credentials = { accessKeyId: 'an-access-key', secretAccessKey: SECRET };

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

let servers: Server[] = [];
let requests: string[] = [];

/** A store at a server that answers as told: the n-th request by the n-th answer, all further ones by the last. */
async function storeThatAnswers(...answers: readonly Answer[]): Promise<ObjectStore> {
  requests = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    const answer = answers[Math.min(requests.length, answers.length) - 1];
    request.resume().on('end', () => answer?.(request, response));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return storeAt(`http://127.0.0.1:${portOf(server)}`);
}

const portOf = (server: Server | undefined): number => (server?.address() as AddressInfo).port;

function storeAt(endpoint: string): ObjectStore {
  useAwsEnvironment(environmentOf({ endpoint, ...credentials }));
  return s3Store({ bucket: 'studies', prefix: 'v1/' });
}

const refuse =
  (status: number, code: string, message = code): Answer =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/xml' });
    response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`);
  };
const hangUp: Answer = (_request, response) => response.destroy();
const object =
  (text: string): Answer =>
  (_request, response) => {
    response.writeHead(200, { etag: '"e1"', 'content-length': text.length });
    response.end(text);
  };
const breakOff =
  (text: string, length: number): Answer =>
  (_request, response) => {
    response.writeHead(200, { etag: '"e1"', 'content-length': length });
    response.write(text, () => response.destroy());
  };

afterEach(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  servers = [];
});

/** What an operation fails with; messages are compared as text, for jest takes errors apart. */
async function failureOf(
  work: Promise<unknown>,
): Promise<{ readonly name: string; readonly message: string; readonly error: unknown }> {
  return work.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: unknown) => ({ name: (error as Error).name, message: (error as Error).message, error }),
  );
}

test('an endpoint that is down is unavailable, and named with the bucket and the reason', async () => {
  const error = await failureOf(storeAt('http://127.0.0.1:9').get('trials/x'));
  expect(error).toMatchObject({
    name: 'StorageUnavailable',
    message:
      'get failed [endpoint=http://127.0.0.1:9, bucket=studies, key=v1/trials/x]: connect ECONNREFUSED 127.0.0.1:9; check that the store runs and that AWS_ENDPOINT_URL_S3 names it',
  });
});

test('an endpoint that does not speak TLS is unavailable, with a hint at the scheme', async () => {
  await storeThatAnswers(object('x'));
  expect(await failureOf(storeAt(`https://127.0.0.1:${portOf(servers[0])}`).head('x'))).toMatchObject({
    name: 'StorageUnavailable',
    message: expect.stringMatching(/TLS handshake failed; the endpoint may not speak TLS: try http:\/\/$/),
  });
});

test('an endpoint that is no URL is refused with an example of one', async () => {
  expect(await failureOf(storeAt('127.0.0.1:9000').put('x', new Uint8Array()))).toMatchObject({
    name: 'StorageRefused',
    message: expect.stringMatching(/AWS_ENDPOINT_URL_S3 must be a URL such as http:/),
  });
});

test('a name and a password in the endpoint are told to nobody', async () => {
  const error = await failureOf(storeAt('http://somebody:hunter2@127.0.0.1:9').list(''));
  expect(error.message).toContain('endpoint=http://127.0.0.1:9,');
  expect(inspect(error.error, { depth: 20 })).not.toContain('hunter2');
});

test('without credentials a store refuses with the variables to set', async () => {
  useAwsEnvironment({ AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9' });
  const error = await failureOf(s3Store({ bucket: 'studies', prefix: '' }).put('x', new Uint8Array()));
  expect(error).toMatchObject({
    name: 'StorageRefused',
    message: expect.stringMatching(/; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE$/),
  });
});

test.each([
  [403, 'AccessDenied', 'StorageRefused', /AccessDenied; the credentials need s3:ListBucket .* and s3:GetObject/],
  [400, 'ExpiredToken', 'StorageRefused', /ExpiredToken; the credentials have expired: renew them/],
  [400, 'InvalidToken', 'StorageRefused', /InvalidToken; check AWS_SESSION_TOKEN/],
  [403, 'InvalidAccessKeyId', 'StorageRefused', /this store does not know the access key/],
  [403, 'SignatureDoesNotMatch', 'StorageRefused', /check AWS_SECRET_ACCESS_KEY/],
  [403, 'RequestTimeTooSkewed', 'StorageRefused', /set the clock of this machine/],
  [404, 'NoSuchBucket', 'StorageRefused', /create the bucket, or set STEPWELL_BUCKET/],
  [400, 'AuthorizationHeaderMalformed', 'StorageRefused', /set AWS_REGION to the region of the bucket/],
  [403, 'AccountProblem', 'StorageRefused', /AccountProblem; check the credentials, STEPWELL_BUCKET and/],
  [301, 'MovedElsewhere', 'StorageRefused', /MovedElsewhere; check the credentials, STEPWELL_BUCKET and/],
  [400, 'EntityTooLarge', 'StorageDenied', /EntityTooLarge$/],
  [501, 'NotImplemented', 'StorageDenied', /use a store that has conditional writes$/],
])('a refusal %i %s is told at once as %s, with what to do', async (status, code, name, message) => {
  const store = await storeThatAnswers(refuse(status, code));
  expect(await failureOf(store.put('x', new Uint8Array()))).toMatchObject({
    name,
    message: expect.stringMatching(message),
  });
  expect(requests).toHaveLength(1);
});

test('a store goes on with the credentials that somebody wrote into their file after a refusal', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'stepwell-credentials-'));
  const file = path.join(folder, 'credentials');
  const write = (key: string): void =>
    writeFileSync(file, `[default]\naws_access_key_id = ${key}\naws_secret_access_key = ${SECRET}\n`);
  try {
    write('old-key');
    await storeThatAnswers((request, response) =>
      (request.headers.authorization?.includes('Credential=new-key/') === true
        ? object('found')
        : refuse(403, 'InvalidAccessKeyId'))(request, response),
    );
    const AWS_ENDPOINT_URL_S3 = `http://127.0.0.1:${portOf(servers[0])}`;
    useAwsEnvironment({ AWS_ENDPOINT_URL_S3, AWS_SHARED_CREDENTIALS_FILE: file });
    const store = s3Store({ bucket: 'studies', prefix: 'v1/' });
    expect(await failureOf(store.get('x'))).toMatchObject({ name: 'StorageRefused' });
    expect(await failureOf(store.list('x'))).toMatchObject({ name: 'StorageRefused' });
    write('new-key');
    expect(Buffer.from((await store.get('x'))?.bytes ?? []).toString()).toBe('found');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a refusal of a HEAD, which cannot say why, is told with the reason that a GET gives', async () => {
  const store = await storeThatAnswers(
    (_request, response) => response.writeHead(403).end(),
    refuse(403, 'AccessDenied'),
  );
  expect(await failureOf(store.head('x'))).toMatchObject({
    name: 'StorageRefused',
    message: expect.stringContaining('AccessDenied'),
  });
});

test('a request that came garbled is no refusal', async () => {
  const store = await storeThatAnswers(refuse(400, 'BadRequest', 'An error occurred when parsing the HTTP request.'));
  expect(await failureOf(store.get('x'))).toMatchObject({ name: 'StorageUnavailable' });
});

test('a fault of the server is tried again, and unavailable only when it stays', async () => {
  const store = await storeThatAnswers(refuse(503, 'SlowDown'), refuse(500, 'InternalError'), object('at last'));
  expect(Buffer.from((await store.get('x'))?.bytes ?? []).toString()).toBe('at last');
  const error = await failureOf((await storeThatAnswers(refuse(503, 'SlowDown', 'come back later'))).get('x'));
  expect(error).toMatchObject({ name: 'StorageUnavailable', message: expect.stringContaining('come back later') });
});

test('a body that breaks off is read again from the start', async () => {
  const store = await storeThatAnswers(breakOff('whole', 11), object('whole again'));
  expect(Buffer.from((await store.get('x'))?.bytes ?? []).toString()).toBe('whole again');
  const broken = await storeThatAnswers(breakOff('whole', 11));
  expect(await failureOf(broken.get('x'))).toMatchObject({ name: 'StorageUnavailable' });
});

test('a conditional put that won but whose answer was lost looks lost, for the writer to look again', async () => {
  const store = await storeThatAnswers(hangUp, refuse(412, 'PreconditionFailed'));
  expect(await failureOf(store.put('x', new Uint8Array([1]), { ifNoneMatch: '*' }))).toMatchObject({
    name: 'PreconditionFailed',
  });
  expect(requests).toHaveLength(2);
});

test('a conflict of two conditional puts is a lost condition', async () => {
  const store = await storeThatAnswers(refuse(409, 'ConditionalRequestConflict'));
  expect(await failureOf(store.put('x', new Uint8Array([1]), { ifNoneMatch: '*' }))).toMatchObject({
    name: 'PreconditionFailed',
  });
});

test('a page that is no S3 store is told as such by every operation', async () => {
  const store = await storeThatAnswers((_request, response) => response.end('<html>hello</html>'));
  for (const work of [
    () => store.put('x', new Uint8Array([1])),
    () => store.get('x'),
    () => store.head('x'),
    () => store.list(''),
  ]) {
    expect(await failureOf(work())).toMatchObject({
      name: 'StorageUnavailable',
      message: expect.stringContaining('not that of an S3 store'),
    });
  }
});

test('an object that could not be deleted is an error with its reason', async () => {
  const store = await storeThatAnswers((_request, response) => {
    response.end(
      '<DeleteResult><Error><Key>v1/x</Key><Code>AccessDenied</Code><Message>no</Message></Error></DeleteResult>',
    );
  });
  expect(await failureOf(store.delete(['x']))).toMatchObject({
    name: 'StorageRefused',
    message: expect.stringContaining('s3:DeleteObject'),
  });
});

test('no request of any length puts the bucket into the host name of an endpoint of its own', async () => {
  const store = await storeThatAnswers(object('x'));
  await store.get('a key/with+signs');
  expect(requests).toEqual(['GET /studies/v1/a%20key/with%2Bsigns']);
});
