/**
 * Batches of images from packed files, the next ones read by a thread of their own while TensorFlow blocks the
 * trainer's.
 *
 * @module
 */
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { ImageFiles } from './image-files';
import { type ImageLocations, type Part, type ReadRequest, stateOf, type ThreadData, TICKETS } from './read-ahead';

/** Two batches ahead in a training, two in an evaluation, and room for two that are in use or that nobody came for. */
const SLOTS = 6;

/** Slower than any disk that works; a batch that takes longer is read here. */
const WAIT_MILLISECONDS_MAX = 30_000;

/** Room for a batch that is read ahead. */
interface Slot {
  readonly index: number;
  memory: SharedArrayBuffer;
  request: { readonly part: Part; readonly indices: Int32Array; readonly ticket: number } | undefined;
}

interface Batch {
  readonly part: Part;
  readonly indices: Int32Array;
  readonly images: Uint8Array;
}

/**
 * Exact whatever was said to come next: that decides only where the bytes are when they are asked for. So a thread that
 * is late, or cannot run at all, costs time and nothing else.
 *
 * Takes memory for at most `SLOTS` + 1 batches of uint8 images. They lie at random places of the files, so these belong
 * on a local disk.
 */
export class ImageStream {
  private readonly files: Readonly<Record<Part, ImageFiles>>;
  private readonly states = new Int32Array(new SharedArrayBuffer(SLOTS * Int32Array.BYTES_PER_ELEMENT));
  private readonly slots: readonly Slot[] = Array.from({ length: SLOTS }, (_, index) => ({
    index,
    memory: new SharedArrayBuffer(0),
    request: undefined,
  }));
  private thread: Worker | undefined;
  private tickets = 0;
  private memory = new Uint8Array(0);
  private latest: Batch | undefined;

  constructor(private readonly locations: ImageLocations) {
    const { train, test } = locations;
    this.files = { train: new ImageFiles(train), test: new ImageFiles(test ?? { ...train, files: [] }) };
  }

  /** Says that these will be asked for soon. */
  ahead(part: Part, indices: Int32Array): void {
    if (this.slotOf(part, indices) !== undefined) return;
    const bytes = this.bytesOf(indices);
    const slot = this.freeSlot();
    if (slot.memory.byteLength < bytes) slot.memory = new SharedArrayBuffer(bytes);
    this.tickets = (this.tickets + 1) % TICKETS;
    const ticket = this.tickets;
    slot.request = { part, indices, ticket };
    Atomics.store(this.states, slot.index, stateOf(ticket, 'queued'));
    this.thread ??= this.startThread();
    const request: ReadRequest = { part, indices, ticket, slot: slot.index, memory: slot.memory };
    this.thread.postMessage(request);
  }

  /**
   * Images of these examples, one after another. They stay as they are until the next call.
   *
   * @throws TrainingFailure of type TrainerCrashed that names the file if it is missing or cut off.
   */
  read(part: Part, indices: Int32Array): Uint8Array {
    // The noise of a gradient and the step after it are of the same batch.
    if (this.latest !== undefined && this.latest.part === part && equal(this.latest.indices, indices))
      return this.latest.images;
    this.latest = undefined;
    const bytes = this.bytesOf(indices);
    if (this.memory.length < bytes) this.memory = new Uint8Array(bytes);
    const images = this.memory.subarray(0, bytes);
    if (!this.take(part, indices, images)) this.files[part].read(indices, images);
    this.latest = { part, indices, images };
    return images;
  }

  /** Ends the thread and closes all files. */
  close(): void {
    void this.thread?.terminate();
    this.thread = undefined;
    this.files.train.close();
    this.files.test.close();
  }

  /** Copies a batch that was read ahead, waiting for it if it is being read. @returns Whether there was such a one. */
  private take(part: Part, indices: Int32Array, images: Uint8Array): boolean {
    const slot = this.slotOf(part, indices);
    if (slot?.request === undefined) return false;
    const {
      index,
      memory,
      request: { ticket },
    } = slot;
    slot.request = undefined;
    const [queued, running] = [stateOf(ticket, 'queued'), stateOf(ticket, 'running')];
    if (Atomics.compareExchange(this.states, index, queued, stateOf(ticket, 'withdrawn')) === queued) return false;
    Atomics.wait(this.states, index, running, WAIT_MILLISECONDS_MAX);
    if (Atomics.load(this.states, index) !== stateOf(ticket, 'done')) return false;
    images.set(new Uint8Array(memory, 0, images.length));
    return true;
  }

  private slotOf(part: Part, indices: Int32Array): Slot | undefined {
    return this.slots.find(
      ({ request }) => request !== undefined && request.part === part && equal(request.indices, indices),
    );
  }

  /** One whose batch was taken, else the one with the oldest request. */
  private freeSlot(): Slot {
    const age = ({ request }: Slot): number =>
      request === undefined ? Number.POSITIVE_INFINITY : (this.tickets - request.ticket + TICKETS) % TICKETS;
    return this.slots.reduce((oldest, slot) => (age(slot) > age(oldest) ? slot : oldest));
  }

  private bytesOf(indices: Int32Array): number {
    return indices.length * this.locations.train.imageBytes;
  }

  private startThread(): Worker {
    const extension = path.extname(__filename);
    const entry = path.join(__dirname, `read-ahead-thread${extension}`);
    const workerData: ThreadData = { locations: this.locations, states: this.states.buffer };
    // In a checkout: a thread does not take over how TypeScript is loaded.
    const thread =
      extension === '.ts'
        ? new Worker(`require(${JSON.stringify(require.resolve('tsx/cjs'))}); require(${JSON.stringify(entry)});`, {
            eval: true,
            execArgv: [],
            workerData,
          })
        : new Worker(entry, { workerData });
    thread.unref();
    // It has nothing to tell: what it does not read is read where it is asked for.
    thread.on('error', () => undefined);
    return thread;
  }
}

function equal(a: Int32Array, b: Int32Array): boolean {
  return a.length === b.length && a.every((index, i) => index === b[i]);
}
