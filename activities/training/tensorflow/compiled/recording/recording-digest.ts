import { createHash } from 'node:crypto';
import type { StateLayout } from '../state-layout';
import type { StepRecordings } from './record-step';

/**
 * A digest of all that an engine compiles from recordings: their ops, the constants in them to the bit, and the state
 * that they work on.
 */
export function recordingDigest(recordings: StepRecordings, { units, shapes }: StateLayout): string {
  const state = units.map(({ name, isRow, members }) => [name, isRow, members.map(({ key }) => key)]);
  const text = JSON.stringify([state, [...shapes], recordings], exactly);
  return createHash('sha256').update(text).digest('hex');
}

/** Numbers to the bit, and no layers: they are named for people, and anew each time. */
function exactly(key: string, value: unknown): unknown {
  if (key === 'layer') return undefined;
  if (ArrayBuffer.isView(value))
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
  return typeof value === 'number' && (Object.is(value, -0) || !Number.isFinite(value))
    ? `number ${Object.is(value, -0) ? '-0' : value}`
    : value;
}
