/**
 * @jest-environment ./test/support/native-environment.ts
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage, RequestOptions } from 'node:http';
import { compiledFile } from '../support/compiled';
import { COLOURS, exportColourModel, picture } from '../support/exported-model';

let server: ChildProcess;
let predictUrl: string;

const MAX_BYTES = 20_000;

beforeAll(async () => {
  const model = await exportColourModel();
  const limits = ['--max-bytes', String(MAX_BYTES), '--max-pixels', '10000'];
  server = spawn(process.execPath, [compiledFile('cli/main.js'), 'serve', model, '--port', '0', ...limits], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(server.stdout!, 'data')) as [Buffer];
  predictUrl = /^POST (\S+)\n$/.exec(line.toString())?.[1] ?? '';
});

afterAll(() => server.kill('SIGKILL'));

const at = (path: string): string => new URL(path, predictUrl).href;

interface Answer {
  readonly status: number;
  readonly body: {
    readonly predictions: readonly Readonly<Record<string, readonly number[]>>[];
    readonly error: string;
    readonly problems: readonly object[];
  };
}

async function answerOf(response: Promise<Response>): Promise<Answer> {
  const { status, ...rest } = await response.then(async (one) => ({ status: one.status, body: await one.json() }));
  return { status, body: rest.body as Answer['body'] };
}

const ask = (body: unknown): Promise<Answer> =>
  answerOf(fetch(predictUrl, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) }));

const b64 = async (colour: string): Promise<{ readonly b64: string }> => ({
  b64: (await picture(colour)).toString('base64'),
});

/** Pixels of the model's own shape. */
const pixels = (...colour: readonly number[]): unknown => Array(4).fill(Array(4).fill(colour));

describe('TensorFlow Serving’s interface', () => {
  test('answers numbers, pictures in base64, and inputs by their name, in their order', async () => {
    const instances = [
      pixels(255, 0, 0),
      { images: pixels(0, 127.5, 0) },
      await b64('#00f'),
      { images: await b64('#0f0') },
    ];
    const { status, body } = await ask({ signature_name: 'serving_default', instances });
    expect(status).toBe(200);
    expect(body.predictions.map(({ logits }) => logits?.map((value) => Number(value.toFixed(3))))).toEqual([
      [10, 0, 0],
      [0, 5, 0],
      [0, 0, 10],
      [0, 10, 0],
    ]);
    expect(body.predictions[0]?.['probabilities']?.[0]).toBeCloseTo(0.9999, 4);
  });

  test('says that the model is there', async () => {
    const status = { error_code: 'OK', error_message: '' };
    for (const path of ['/v1/models/colours', '/v1/models/colours/versions/1'])
      expect(await fetch(at(path)).then((one) => one.json())).toEqual({
        model_version_status: [{ version: '1', state: 'AVAILABLE', status }],
      });
    expect(await fetch(at('/healthz')).then((one) => one.json())).toEqual({ status: 'ok' });
  });

  test('many at a time get their own answers', async () => {
    const asked = Array.from({ length: 60 }, (_, i) => i % 3);
    const answers = await Promise.all(
      asked.map((colour) => ask({ instances: [pixels(...[0, 1, 2].map((i) => (i === colour ? 255 : 0)))] })),
    );
    expect(answers.map(({ body }) => body.predictions[0]?.['logits']?.map(Math.round).indexOf(10))).toEqual(asked);
  });
});

test('files of a form get labels', async () => {
  const form = new FormData();
  for (const colour of COLOURS) form.append('file', new Blob([await picture(colour)]), `${colour}.png`);
  const { status, body } = await answerOf(fetch(predictUrl, { method: 'POST', body: form }));
  expect(status).toBe(200);
  // CSS's green is half as bright.
  expect(body.predictions).toMatchObject(COLOURS.map((colour) => ({ file: `${colour}.png`, label: colour })));
});

describe('refused, with path, rule and fix, is', () => {
  test.each([
    ['no JSON', () => '{', { path: 'body', rule: expect.stringContaining('must be JSON') }],
    ['no instances', () => ({ inputs: [] }), { path: 'instances', fix: expect.stringContaining('[4, 4, 3]') }],
    ['another shape', () => ({ instances: [[[1]]] }), { path: 'instances.0', value: 'an array of 1' }],
    ['a pixel out of range', () => ({ instances: [pixels(0, -1, 0)] }), { path: 'instances.0.0.0.1', value: -1 }],
    ['text', () => ({ instances: ['red'] }), { path: 'instances.0', value: 'a string' }],
    ['no base64', () => ({ instances: [{ b64: '?' }] }), { path: 'instances.0.b64' }],
    [
      'no picture',
      () => ({ instances: [{ b64: 'aGVsbG8=' }] }),
      { rule: 'is no image by its first bytes: PNG, JPEG, WebP, TIFF and GIF are read' },
    ],
  ])('%s', async (_name, body, problem) => {
    const answer = await ask(body());
    expect(answer.status).toBe(400);
    expect(answer.body.problems).toEqual([expect.objectContaining(problem)]);
    expect(answer.body.error).not.toBe('');
  });

  test('every bad instance at once', async () => {
    const { body } = await ask({ instances: [[], pixels(0, 0, 0), 'x'] });
    expect(body.problems).toMatchObject([{ path: 'instances.0' }, { path: 'instances.2' }]);
  });

  test('a picture of too many pixels, a body of too many bytes, a form without files', async () => {
    const large = (await picture('#fff', { width: 101, height: 100 })).toString('base64');
    expect(await ask({ instances: [{ b64: large }] })).toMatchObject({
      status: 400,
      body: { problems: [{ path: 'instances.0.b64', rule: 'has more than 10,000 pixels; make it smaller' }] },
    });
    expect(await ask('x'.repeat(MAX_BYTES + 1))).toMatchObject({ status: 413, body: { problems: [{ path: 'body' }] } });
    const form = new FormData();
    form.append('text', 'x');
    expect(await answerOf(fetch(predictUrl, { method: 'POST', body: form }))).toMatchObject({
      status: 400,
      body: { problems: [{ value: '0 files', fix: expect.stringContaining('curl') }] },
    });
  });

  test('another path, another method', async () => {
    expect(await answerOf(fetch(at('/v1/models/other')))).toMatchObject({ status: 404 });
    const wrong = await fetch(predictUrl);
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'POST']);
  });

  test.each([
    ['a page of another origin', { origin: 'http://evil.test' }],
    ['a name that leads here', { host: 'evil.test' }],
  ])('%s', async (_name, headers) => {
    const { response } = begin({ headers }, '{}');
    expect((await response).statusCode).toBe(403);
  });
});

test('SIGTERM ends it once all that was asked is answered', async () => {
  const body = JSON.stringify({ instances: [pixels(0, 255, 0)] });
  const half = Math.floor(body.length / 2);
  const { finish, response } = begin({ headers: { 'content-length': body.length } }, body.slice(0, half));
  await expectAnswered();
  const ended = once(server, 'exit');
  server.kill('SIGTERM');
  await refused();
  finish(body.slice(half));
  const answer = await response;
  expect([answer.statusCode, answer.headers.connection]).toEqual([200, 'close']);
  answer.resume();
  expect(await ended).toEqual([0, null]);
});

/** A request of which only the beginning is sent. */
function begin(options: RequestOptions, text: string) {
  const asked = request(predictUrl, { method: 'POST', ...options });
  const response = once(asked, 'response').then(([message]) => message as IncomingMessage);
  const hasLength = options.headers !== undefined && 'content-length' in options.headers;
  if (hasLength) asked.write(text);
  else asked.end(text);
  return { response, finish: (rest: string) => asked.end(rest) };
}

/** What was sent before has then arrived. */
const expectAnswered = async (): Promise<void> => expect((await fetch(at('/healthz'))).status).toBe(200);

/** Resolves once no new connection is taken. */
async function refused(): Promise<void> {
  for (;;) {
    const open = await new Promise((resolve) => {
      const asked = request(at('/healthz'), { agent: false }, (response) => {
        response.resume();
        resolve(true);
      });
      asked.on('error', () => resolve(false));
      asked.end();
    });
    if (open === false) return;
  }
}
