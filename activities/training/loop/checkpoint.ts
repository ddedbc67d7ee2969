/**
 * A checkpoint: one file with all that a training is. Weights and slots by their names, the best weights below `best.`,
 * and the state as JSON in the metadata.
 *
 * @module
 */
import { decodeSafetensors, encodeSafetensors, type HostTensor, type HostTensors } from '../safetensors';
import type { TrainingState } from './training-state';

/** Goes up whenever an older reader would misread the file. */
const FORMAT = 'stepwell-checkpoint/1';

const BEST = 'best.';

export interface Checkpoint {
  readonly state: TrainingState;
  /** Weights and slots. */
  readonly tensors: HostTensors;
  /** Weights of the best epoch; `null` before it. */
  readonly best: HostTensors | null;
}

/** Bytes of a checkpoint; equal checkpoints give equal bytes. */
export function encodeCheckpoint({ state, tensors, best }: Checkpoint): Buffer {
  const all = new Map([
    ...tensors,
    ...[...(best ?? [])].map(([name, tensor]): [string, HostTensor] => [`${BEST}${name}`, tensor]),
  ]);
  return encodeSafetensors(all, { format: FORMAT, state: JSON.stringify(state) });
}

/** The checkpoint in a file's bytes. @throws RangeError if they are cut off or hold something else. */
export function decodeCheckpoint(bytes: Buffer): Checkpoint {
  const { tensors: all, metadata } = decodeSafetensors(bytes);
  if (metadata['format'] !== FORMAT)
    throw new RangeError(`checkpoint format must be ${FORMAT}, got ${metadata['format'] ?? 'none'}`);
  const tensors = new Map<string, HostTensor>();
  const best = new Map<string, HostTensor>();
  for (const [name, tensor] of all) {
    if (name.startsWith(BEST)) best.set(name.slice(BEST.length), tensor);
    else tensors.set(name, tensor);
  }
  return { state: JSON.parse(metadata['state'] ?? '') as TrainingState, tensors, best: best.size > 0 ? best : null };
}
