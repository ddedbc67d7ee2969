import { hash32 } from '../search/random';
import type { TrialSpec } from '../words/trial';

/**
 * Digest of what was asked of a trial, but for its id and its words: 16 hexadecimal digits. Temporal compares no inputs when it
 * replays a study, so that other maths than it began with would take these trials' results for those of its own.
 */
export function askedDigest({ trialId: _, label: __, ...asked }: TrialSpec): string {
  const text = JSON.stringify(asked, inOrderOfKeys);
  return [0, 1].map((half) => hash32(half, text).toString(16).padStart(8, '0')).join('');
}

function inOrderOfKeys(_: string, value: unknown): unknown {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;
}
