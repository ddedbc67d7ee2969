import { TrialsUnreadable } from './trial-row';

/** The text of a file. @throws TrialsUnreadable if it is not UTF-8. */
export function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new TrialsUnreadable('the file must be text in UTF-8, which it is not; save it as UTF-8', { cause });
  }
}

/**
 * JSON as Python writes it: with infinities, and with NaN, which becomes a text.
 *
 * @throws TrialsUnreadable
 */
export function parseJson(text: string, what: string): unknown {
  const plain = text.replace(/^\uFEFF/, '').replaceAll(/"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g, (token) => {
    if (token === 'NaN') return '"NaN"';
    return token.startsWith('"') ? token : token.startsWith('-') ? '-1e999' : '1e999';
  });
  try {
    return JSON.parse(plain);
  } catch (cause) {
    throw new TrialsUnreadable(`${what} is not JSON: ${(cause as Error).message}`, { cause });
  }
}
