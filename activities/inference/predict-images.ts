/**
 * A model's answers to many pictures: decoded side by side while the model answers those before, in their order, and a few
 * batches in memory at a time.
 *
 * @module
 */
import { readFile } from 'node:fs/promises';
import { errorCode } from '../datasets/errors';
import { decodeImage, ImageInvalid } from '../datasets/images/decode';
import type { ImageForm } from '../datasets/images/decode';
import { forEachConcurrently } from '../concurrency';
import { answersOf } from './answers';
import type { Answer } from './answers';
import type { ExportedModel } from './exported-model';
import type { ImageToAsk } from './find-images';
import type { ImageBatch, ModelOutputs } from './protocol';

export interface Asker {
  answer(batch: ImageBatch): Promise<ModelOutputs>;
}

/** Either an answer, or why there is none. */
export interface Asked {
  readonly image: ImageToAsk;
  readonly answer?: Answer;
  readonly reason?: string;
}

/** Enough to keep TensorFlow's threads busy on small images; large ones are held to the bytes. */
const BATCH_IMAGES_MAX = 128;
const BATCH_BYTES_MAX = 8 * 1024 * 1024;

/** One is answered while one is decoded, and one lies ready. */
const BATCHES_AT_A_TIME = 3;

/** Four threads decode, Node's own; a few more wait for them. */
const DECODINGS_AT_A_TIME = 8;

export interface PredictOptions {
  readonly model: ExportedModel;
  readonly asker: Asker;
  readonly fit: ImageForm['fit'];
}

/** Images that are asked about at once. */
export function batchImages([height, width, channels]: ExportedModel['shape']): number {
  return Math.max(1, Math.min(BATCH_IMAGES_MAX, Math.floor(BATCH_BYTES_MAX / (height * width * channels))));
}

/** @throws InferenceEnded, or Error in TensorFlow's words, at the first batch that gets no answer. */
export async function* predictImages(
  images: readonly ImageToAsk[],
  options: PredictOptions,
): AsyncGenerator<readonly Asked[]> {
  const size = batchImages(options.model.shape);
  const underWay: Promise<readonly Asked[]>[] = [];
  for (let from = 0; from < images.length || underWay.length > 0; from += size) {
    if (from < images.length) {
      const batch = answerBatch(images.slice(from, from + size), options);
      // It is looked at in its turn.
      batch.catch(() => undefined);
      underWay.push(batch);
      if (underWay.length < BATCHES_AT_A_TIME && from + size < images.length) continue;
    }
    const next = await underWay.shift();
    if (next !== undefined) yield next;
  }
}

/** @throws ImageInvalid where there is no such file. */
async function bytesOf({ picture }: ImageToAsk): Promise<Uint8Array> {
  if (typeof picture !== 'string') return picture;
  try {
    return await readFile(picture);
  } catch (error) {
    throw new ImageInvalid(errorCode(error) === 'ENOENT' ? 'does not exist' : `cannot be read (${errorCode(error)})`, {
      cause: error,
    });
  }
}

/** Answers in the order of the images. */
async function answerBatch(
  images: readonly ImageToAsk[],
  { model, asker, fit }: PredictOptions,
): Promise<readonly Asked[]> {
  const [height, width, channels] = model.shape;
  const decoded = new Map<ImageToAsk, Uint8Array>();
  const reasons = new Map<ImageToAsk, string>();
  await forEachConcurrently(images, DECODINGS_AT_A_TIME, async (image) => {
    try {
      decoded.set(image, await decodeImage(await bytesOf(image), { height, width, channels, fit }));
    } catch (error) {
      if (!(error instanceof ImageInvalid)) throw error;
      reasons.set(image, error.message);
    }
  });
  const readable = images.filter((image) => decoded.has(image));
  const bytes = height * width * channels;
  const pixels = new Uint8Array(readable.length * bytes);
  readable.forEach((image, i) => pixels.set(decoded.get(image) as Uint8Array, i * bytes));
  const answers =
    readable.length === 0
      ? []
      : answersOf(model.task, model.names, await asker.answer({ images: readable.length, pixels }));
  const byImage = new Map(readable.map((image, i) => [image, answers[i] as Answer]));
  return images.map((image) => {
    const answer = byImage.get(image);
    return answer === undefined ? { image, reason: reasons.get(image) ?? 'has no answer' } : { image, answer };
  });
}
