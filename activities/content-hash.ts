/**
 * Names by content: equal content has equal names, whoever computes them.
 *
 * @module
 */
import { createHash, webcrypto } from 'node:crypto';

/** SHA-256 in hexadecimal; of a text, by its UTF-8 bytes. */
export function sha256Of(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex');
}

/** The same of many bytes, by a thread of Node's pool: the event loop turns meanwhile. */
export async function sha256InThread(bytes: Uint8Array): Promise<string> {
  return Buffer.from(await webcrypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>)).toString('hex');
}

/**
 * JSON with the keys of every object in order, so that equal values have equal text; `undefined` for what JSON has no
 * text for.
 */
export function canonicalJson(value: unknown): string {
  const text = JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  ) as string | undefined;
  return text ?? 'undefined';
}
