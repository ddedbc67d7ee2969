/**
 * A checkpoint: one file with all that a training is. Weights and slots by their names, the best weights below `best.`,
 * and the state as JSON in the metadata.
 *
 * @module
 */
import type { WrittenFile } from '../large-files';
import { type HostTensor, type HostTensors, readSafetensors, writeSafetensors } from '../safetensors';
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

/** Writes a checkpoint; equal checkpoints give equal bytes. */
export function writeCheckpoint(path: string, { state, tensors, best }: Checkpoint): WrittenFile {
  const all = new Map([
    ...tensors,
    ...[...(best ?? [])].map(([name, tensor]): [string, HostTensor] => [`${BEST}${name}`, tensor]),
  ]);
  return writeSafetensors(path, all, { format: FORMAT, state: JSON.stringify(state) });
}

/** The checkpoint in a file. @throws RangeError if it is cut off or holds something else. */
export function readCheckpoint(path: string): Checkpoint {
  const { tensors: all, metadata } = readSafetensors(path);
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
