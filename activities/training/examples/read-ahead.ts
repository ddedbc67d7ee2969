/**
 * What the trainer and its reading thread say to each other: requests by message, as the thread has an event loop; what
 * became of them in shared memory, as the trainer's own thread is blocked in TensorFlow most of the time.
 *
 * @module
 */
import type { ImageLocation } from './image-files';

export type Part = 'train' | 'test';

export interface ImageLocations {
  readonly train: ImageLocation;
  readonly test: ImageLocation | null;
}

export interface ThreadData {
  readonly locations: ImageLocations;
  /** int32, a state for each slot. */
  readonly states: SharedArrayBuffer;
}

export interface ReadRequest {
  readonly part: Part;
  readonly indices: Int32Array;
  readonly slot: number;
  readonly ticket: number;
  /** The slot's memory: as large as the images or larger. */
  readonly memory: SharedArrayBuffer;
}

/** `queued` until the thread takes it, or `withdrawn` because the trainer needs it before that. */
const PHASES = ['queued', 'running', 'done', 'failed', 'withdrawn'] as const;

/** Requests until tickets repeat: far more than can be under way, few enough that a state is an int32. */
export const TICKETS = 2 ** 27;

/**
 * A slot's state: its latest request, and how far that has come. Whoever is late with an older one finds another state
 * and leaves it.
 */
export const stateOf = (ticket: number, phase: (typeof PHASES)[number]): number =>
  ticket * PHASES.length + PHASES.indexOf(phase);
