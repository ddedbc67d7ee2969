/**
 * A model over HTTP, in the shape of TensorFlow Serving's REST interface.
 *
 * Source: TensorFlow Serving, RESTful API (tensorflow.org/tfx/serving/api_rest).
 *
 * @module
 */
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { ImageFit } from '../../../workflows/words/study';
import { answersOf } from '../answers';
import type { ExportedModel } from '../exported-model';
import { InferenceEnded } from '../inference-process';
import { Overloaded } from '../model-batcher';
import type { ModelBatcher } from '../model-batcher';
import type { ModelOutputs } from '../protocol';
import { decodedImages, formImages, jsonImages } from './request-images';
import { refusal, RequestRefused } from './request-refused';

export interface ModelServerOptions {
  /** In addresses. */
  readonly name: string;
  readonly model: ExportedModel;
  readonly batcher: ModelBatcher;
  readonly fit: ImageFit;
  /** Of one request's body. */
  readonly bytesMax: number;
  /** Of one picture as it is sent. */
  readonly pixelsMax: number;
  /** Names that the server may be asked by; undefined: by any. A page elsewhere can give its own name any address. */
  readonly hosts?: readonly string[];
  /** Once it is aborted, connections are closed with their answer, and the server is no longer well. */
  readonly stopping: AbortSignal;
}

/** A client that sends nothing more must not hold a connection. */
const HEADERS_MILLISECONDS_MAX = 10_000;
const REQUEST_MILLISECONDS_MAX = 60_000;

interface Reply {
  readonly status: number;
  readonly body: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A server that does not listen yet. */
export function createModelServer(options: ModelServerOptions): Server {
  const limits = { headersTimeout: HEADERS_MILLISECONDS_MAX, requestTimeout: REQUEST_MILLISECONDS_MAX };
  return createServer(limits, (request, response) => {
    void replyTo(request, options)
      .catch(failureReply)
      .then((reply) => send(request, response, reply, options.stopping.aborted));
  });
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, body, headers = {} }: Reply,
  isStopping: boolean,
): void {
  const text = `${JSON.stringify(body)}\n`;
  // What is left of a body that nobody reads would be taken for the next request.
  const closes = isStopping || !request.complete;
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(text),
    ...headers,
    ...(closes && { Connection: 'close' }),
  });
  response.end(request.method === 'HEAD' ? undefined : text);
}

async function replyTo(request: IncomingMessage, options: ModelServerOptions): Promise<Reply> {
  demandOwnCaller(request, options.hosts);
  const path = (request.url ?? '').split('?')[0] ?? '';
  const model = `/v1/models/${encodeURIComponent(options.name)}`;
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  if (path === '/healthz') return isRead ? health(options) : wrongMethod(request, 'GET, HEAD');
  if ([model, `${model}/versions/1`].includes(path)) return isRead ? STATUS : wrongMethod(request, 'GET, HEAD');
  if ([`${model}:predict`, `${model}/versions/1:predict`].includes(path))
    return request.method === 'POST' ? predict(request, options) : wrongMethod(request, 'POST');
  throw refusal(404, {
    path: 'url',
    rule: 'must be one that is served',
    value: path,
    fix: `POST ${model}:predict, GET ${model}, GET /healthz`,
  });
}

const STATUS: Reply = {
  status: 200,
  body: {
    model_version_status: [{ version: '1', state: 'AVAILABLE', status: { error_code: 'OK', error_message: '' } }],
  },
};

const health = ({ stopping }: ModelServerOptions): Reply =>
  stopping.aborted ? { status: 503, body: { status: 'stopping' } } : { status: 200, body: { status: 'ok' } };

function wrongMethod({ method }: IncomingMessage, allowed: string): never {
  throw refusal(405, { path: 'method', rule: `must be ${allowed}`, value: method }, { Allow: allowed });
}

/** @throws RequestRefused for a page of another origin, or one that reaches this machine by a name of its own. */
function demandOwnCaller(
  { headers: { host = '', origin } }: IncomingMessage,
  hosts: readonly string[] | undefined,
): void {
  const asked = host.replace(/:\d+$/, '').toLowerCase();
  if (hosts !== undefined && !hosts.includes(asked))
    throw refusal(403, { path: 'headers.host', rule: `must be ${hosts.join(', ')}`, value: host });
  if (origin !== undefined && origin.replace(/^https?:\/\//, '') !== host)
    throw refusal(403, {
      path: 'headers.origin',
      rule: 'must be the server itself: pages of others are not answered',
      value: origin,
    });
}

async function predict(request: IncomingMessage, options: ModelServerOptions): Promise<Reply> {
  const { model, batcher, fit, bytesMax, pixelsMax } = options;
  const body = await bodyOf(request, bytesMax);
  const isForm = /^multipart\/form-data/i.test(request.headers['content-type'] ?? '');
  const images = isForm ? await formImages(body, request.headers) : jsonImages(body, model.shape);
  const [height, width, channels] = model.shape;
  const outputs = await batcher.answer(await decodedImages(images, { height, width, channels, fit }, pixelsMax));
  const predictions = isForm
    ? outputs.map((one, i) => ({ file: images[i]?.file ?? '', ...answersOf(model.task, model.names, one)[0] }))
    : outputs.map(prediction);
  return { status: 200, body: { predictions } };
}

/** By the name of the output where there are several. */
function prediction(outputs: ModelOutputs): object {
  const values = Object.entries(outputs).map(([name, row]) => [name, Array.from(row)] as const);
  return values.length === 1 ? (values[0]?.[1] ?? []) : Object.fromEntries(values);
}

async function bodyOf(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  const tooLarge = (value: number): RequestRefused =>
    refusal(413, {
      path: 'body',
      rule: `must have at most ${bytesMax} bytes`,
      value,
      fix: 'send fewer images at a time, or raise --max-bytes',
    });
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > bytesMax) throw tooLarge(announced);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes > bytesMax) throw tooLarge(bytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function failureReply(error: unknown): Reply {
  if (error instanceof RequestRefused) {
    const { status, message, problems, headers } = error;
    return { status, headers, body: { error: message, problems } };
  }
  const message = error instanceof Error ? error.message : String(error);
  const mayTryAgain = error instanceof Overloaded || error instanceof InferenceEnded;
  return {
    status: mayTryAgain ? 503 : 500,
    body: { error: message, problems: [] },
    ...(error instanceof Overloaded && { headers: { 'Retry-After': '1' } }),
  };
}
