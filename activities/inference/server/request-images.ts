/**
 * The images in a request: as TensorFlow Serving's REST interface has them, or as files of a form.
 *
 * Source: TensorFlow Serving, RESTful API, row format (tensorflow.org/tfx/serving/api_rest).
 *
 * @module
 */
import type { IncomingHttpHeaders } from 'node:http';
import { Busboy } from '@fastify/busboy';
import type { BusboyHeaders } from '@fastify/busboy';
import type { Problem } from '../../../workflows/spec';
import { decodeImage, ImageInvalid } from '../../datasets/images/decode';
import type { ImageForm } from '../../datasets/images/decode';
import type { Pixels } from '../model-batcher';
import { refusal, RequestRefused } from './request-refused';

/** An image as it came. */
export interface RequestImage {
  /** For messages, e.g. `instances.3.b64`. */
  readonly path: string;
  /** Name of a file, where it came as one. */
  readonly file?: string;
  /** A picture, or pixels by row, column and channel. */
  readonly content: Buffer | Float32Array;
}

const IMAGES_MAX = 1_024;
const PROBLEMS_MAX = 10;

/** @throws RequestRefused naming the first problems. */
export function jsonImages(body: Buffer, shape: readonly number[]): readonly RequestImage[] {
  const instances = (parsedBody(body) as { readonly instances?: unknown } | null)?.instances;
  if (!Array.isArray(instances) || instances.length === 0 || instances.length > IMAGES_MAX)
    throw refusal(400, {
      path: 'instances',
      rule: `must be an array of 1 to ${IMAGES_MAX} images`,
      value: Array.isArray(instances) ? `${instances.length} images` : kindOf(instances),
      fix: `each {"b64": "…"} of a picture file, or numbers from 0 to 255 in the shape [${shape.join(', ')}]`,
    });
  const images = instances.map((value: unknown, i) => imageOf(value, shape, `instances.${i}`));
  throwProblems(images.filter((image): image is Problem => 'rule' in image));
  return images as readonly RequestImage[];
}

function parsedBody(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (error) {
    const rule = `must be JSON (${(error as Error).message})`;
    throw refusal(400, { path: 'body', rule, value: undefined, fix: 'or send files as multipart/form-data' });
  }
}

/** An instance is the value of the one input, or an object that names it. */
function imageOf(value: unknown, shape: readonly number[], path: string): RequestImage | Problem {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return pixelsOf(value, shape, path);
  if ('images' in value) return imageOf(value.images, shape, `${path}.images`);
  const { b64 } = value as { readonly b64?: unknown };
  if (typeof b64 === 'string' && /^[A-Za-z0-9+/_-]+={0,2}\s*$/.test(b64))
    return { path: `${path}.b64`, content: Buffer.from(b64, 'base64') };
  return { path: `${path}.b64`, rule: 'must be a picture file in base64', value: kindOf(b64) };
}

function pixelsOf(value: unknown, shape: readonly number[], path: string): RequestImage | Problem {
  const pixels = new Float32Array(shape.reduce((product, side) => product * side, 1));
  let at = 0;
  const fill = (inner: unknown, [side, ...rest]: readonly number[], place: string): Problem | undefined => {
    if (side === undefined) {
      if (typeof inner !== 'number' || inner < 0 || inner > 255)
        return { path: place, rule: 'must be a number from 0 to 255', value: inner, fix: 'send pixels as they are' };
      pixels[at++] = inner;
      return undefined;
    }
    if (!Array.isArray(inner) || inner.length !== side) {
      const rule = `must be an array of ${side}: images have the shape [${shape.join(', ')}]`;
      return { path: place, rule, value: Array.isArray(inner) ? `an array of ${inner.length}` : kindOf(inner) };
    }
    for (const [i, one] of inner.entries()) {
      const problem = fill(one, rest, `${place}.${i}`);
      if (problem !== undefined) return problem;
    }
    return undefined;
  };
  return fill(value, shape, path) ?? { path, content: pixels };
}

/** Every file of a form, whatever its field is called. @throws RequestRefused */
export function formImages(body: Buffer, headers: IncomingHttpHeaders): Promise<readonly RequestImage[]> {
  return new Promise((resolve, reject) => {
    const images: RequestImage[] = [];
    const broken = ({ message }: Error): void =>
      reject(refusal(400, { path: 'body', rule: `must be multipart/form-data (${message})`, value: undefined }));
    try {
      const form = new Busboy({
        headers: headers as BusboyHeaders,
        limits: { files: IMAGES_MAX + 1, parts: 2 * IMAGES_MAX },
      });
      form.on('file', (field, stream, file) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('error', broken);
        stream.on('end', () => images.push({ path: field, file, content: Buffer.concat(chunks) }));
      });
      form.on('error', (error: unknown) => broken(error as Error));
      form.on('finish', () =>
        images.length === 0 || images.length > IMAGES_MAX ? reject(noFiles(images.length)) : resolve(images),
      );
      form.end(body);
    } catch (error) {
      broken(error as Error);
    }
  });
}

const noFiles = (count: number): RequestRefused =>
  refusal(400, {
    path: 'body',
    rule: `must have 1 to ${IMAGES_MAX} files`,
    value: `${count} files`,
    fix: 'send them as with: curl -F file=@photo.png',
  });

/** Pixels of all images. @throws RequestRefused naming the pictures that cannot be read. */
export async function decodedImages(
  images: readonly RequestImage[],
  form: ImageForm,
  pixelsMax: number,
): Promise<readonly Pixels[]> {
  const problems: Problem[] = [];
  const decoded = await Promise.all(
    images.map(async ({ path, file, content }) => {
      if (content instanceof Float32Array) return content;
      try {
        return await decodeImage(content, form, pixelsMax);
      } catch (error) {
        if (!(error instanceof ImageInvalid)) throw error;
        problems.push({ path, rule: error.message, value: file });
        return new Uint8Array();
      }
    }),
  );
  throwProblems(problems);
  return decoded;
}

function throwProblems(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new RequestRefused(400, problems.slice(0, PROBLEMS_MAX));
}

function kindOf(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  return Array.isArray(value) ? 'an array' : `a ${typeof value}`;
}
