/**
 * `stepwell serve`: a trained model over HTTP.
 *
 * @module
 */
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import type { ImageFit } from '../../workflows/words/study';
import type { InferenceProcess } from '../../activities/inference/inference-process';
import { CommandError } from '../failure';
import { fitOption } from '../fit-option';
import { folderOption } from '../folder-option';
import { listenForInterrupt } from '../interrupt';
import { openModel } from '../open-model';
import type { OpenedModel } from '../open-model';
import { print, say } from '../output';

interface ServeOptions {
  readonly port: number;
  readonly host: string;
  readonly name?: string;
  readonly maxBytes: number;
  readonly maxPixels: number;
  /** Absent: as the model's own pictures were made to fit. */
  readonly fit?: ImageFit;
  readonly folder: string;
}

/** TensorFlow Serving's own for REST. */
const PORT = 8501;

const BYTES_MAX = 32 * 1024 * 1024;

/** A camera's best. */
const PIXELS_MAX = 50_000_000;

const WAITING_IMAGES_MAX = 4_096;

const LOOPBACK: readonly string[] = ['127.0.0.1', '::1', 'localhost'];

/** Longer than any batch takes. */
const STOP_MILLISECONDS_MAX = 25_000;

export function serve(program: Command): void {
  program
    .command('serve')
    .description(
      "answer for a trained model over HTTP: TensorFlow Serving's REST interface, and pictures as files of a form",
    )
    .argument('<model>', "a study's name, a folder with an exported model, or s3://bucket/prefix")
    .option('--port <port>', 'port to listen on; 0 for any that is free', wholeNumber(65_535), PORT)
    .option('--host <host>', 'address to listen on; nobody is asked who they are', '127.0.0.1')
    .option('--name <name>', "name of the model in addresses (default: the study's or the folder's)")
    .option('--max-bytes <bytes>', 'of the body of a request', wholeNumber(2 ** 31 - 1), BYTES_MAX)
    .option('--max-pixels <pixels>', 'of a picture as it is sent', wholeNumber(2 ** 31 - 1), PIXELS_MAX)
    .addOption(fitOption())
    .addOption(folderOption())
    .action(async (place: string, options: ServeOptions) => {
      const opened = await openModel(place, options.folder);
      try {
        await serveModel(opened, options);
      } finally {
        opened.close();
      }
    });
}

const wholeNumber =
  (max: number) =>
  (text: string): number => {
    const value = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
    if (!(value <= max)) throw new InvalidArgumentError(`must be a whole number from 0 to ${max}.`);
    return value;
  };

async function serveModel({ model, name: own }: OpenedModel, options: ServeOptions): Promise<void> {
  // Only this command serves.
  const { startInference }: typeof import('../inference') = require('../inference');
  const {
    createModelServer,
  }: typeof import('../../activities/inference/server/model-server') = require('../../activities/inference/server/model-server');
  const {
    ModelBatcher,
  }: typeof import('../../activities/inference/model-batcher') = require('../../activities/inference/model-batcher');
  const { port, host, name = own, fit = model.fit, maxBytes: bytesMax, maxPixels: pixelsMax } = options;
  const interrupt = listenForInterrupt(() => 'stopped');
  const outputs = model.task === 'regression' ? ['numbers'] : ['logits', 'probabilities'];
  const inference = await startInference(model, outputs);
  try {
    const batcher = new ModelBatcher(inference, model, WAITING_IMAGES_MAX);
    const isLocal = LOOPBACK.includes(host);
    const hosts = isLocal ? { hosts: ['localhost', '127.0.0.1', '[::1]'] } : {};
    const server = createModelServer({
      name,
      model,
      batcher,
      fit,
      bytesMax,
      pixelsMax,
      ...hosts,
      stopping: interrupt.signal,
    });
    const address = await listen(server, host, port);
    if (!isLocal) say(`whoever reaches ${address} is answered: put a proxy that asks who they are before it`);
    print(`POST ${address}/v1/models/${encodeURIComponent(name)}:predict`);
    await untilStopped(server, inference, interrupt.signal);
  } finally {
    interrupt.release();
    await inference.close();
  }
}

async function listen(server: Server, host: string, port: number): Promise<string> {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === 'EADDRINUSE' ? 'another program listens there; name another --port, or 0' : message;
    throw new CommandError(`cannot listen on ${host}, port ${port}: ${reason}`, 'environment', 'PortUnavailable');
  }
  const { port: own } = server.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${own}`;
}

/** Answers what was asked before the end. @throws InferenceEnded if the model's process ends by itself */
async function untilStopped(server: Server, inference: InferenceProcess, stopping: AbortSignal): Promise<void> {
  const stopped = once(stopping, 'abort').then(() => undefined);
  const failure = await Promise.race([inference.ended, stopping.aborted ? undefined : stopped]);
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  const atOnce = setTimeout(() => server.closeAllConnections(), STOP_MILLISECONDS_MAX);
  await closed;
  clearTimeout(atOnce);
  if (failure !== undefined) throw failure;
}
