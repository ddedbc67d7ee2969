/**
 * The thread that reads images while TensorFlow computes. A request that fails is only marked: the trainer then reads
 * the images itself and meets the trouble where it can tell.
 *
 * @module
 */
import { parentPort, workerData } from 'node:worker_threads';
import { ImageFiles } from './image-files';
import { type ReadRequest, stateOf, type ThreadData } from './read-ahead';

const {
  locations: { train, test },
  states: shared,
} = workerData as ThreadData;
const files = { train: new ImageFiles(train), test: test === null ? null : new ImageFiles(test) };
const states = new Int32Array(shared);

function read({ part, indices, memory }: ReadRequest): 'done' | 'failed' {
  const imageBytes = (part === 'train' ? train : test)?.imageBytes ?? 0;
  try {
    files[part]?.read(indices, new Uint8Array(memory, 0, indices.length * imageBytes));
    return 'done';
  } catch {
    return 'failed';
  }
}

parentPort?.on('message', (request: ReadRequest) => {
  const { slot, ticket } = request;
  const queued = stateOf(ticket, 'queued');
  const running = stateOf(ticket, 'running');
  if (Atomics.compareExchange(states, slot, queued, running) !== queued) return;
  Atomics.compareExchange(states, slot, running, stateOf(ticket, read(request)));
  Atomics.notify(states, slot);
});
