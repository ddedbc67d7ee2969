/**
 * Records of a study with their own hash, so that damage shows which leaves them readable.
 *
 * @module
 */
import { canonicalJson, sha256Of } from '../content-hash';
import type { ObjectStore } from '../storage/object-store';

/** What an object of the store turned out to be. */
export type Unsealed =
  | { readonly value: unknown }
  | { readonly problem: 'missing' | 'damaged'; readonly expected: string | null; readonly actual: string | null };

/** The bytes of a record. Numbers that are not finite are written as null, as JSON does. */
export function seal(value: object): Buffer {
  return Buffer.from(JSON.stringify({ ...value, sha256: sha256Of(canonicalJson(value)) }));
}

/** Reads a record back. One without a hash, of an earlier version, is taken as it is. */
export async function unseal(store: ObjectStore, key: string): Promise<Unsealed> {
  const object = await store.get(key);
  if (object === undefined) return { problem: 'missing', expected: null, actual: null };
  const json = parsedJson(object.bytes);
  if (typeof json !== 'object' || json === null)
    return { problem: 'damaged', expected: null, actual: sha256Of(object.bytes) };
  const { sha256, ...value } = json as Readonly<Record<string, unknown>>;
  const actual = sha256Of(canonicalJson(value));
  return sha256 === undefined || sha256 === actual
    ? { value }
    : { problem: 'damaged', expected: String(sha256), actual };
}

function parsedJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}
