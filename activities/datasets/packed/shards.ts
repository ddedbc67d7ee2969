import type { OpenedPart } from '../formats/format';

/**
 * Small enough to cross a slow link between two heartbeats and to be held whole wherever shards are written, sent and
 * checked; large enough that a request each does not count. A shard of images has at least one image, of labels 4 bytes
 * for each of its images.
 */
export const SHARD_BYTES = 16 * 1024 * 1024;

export interface Shard {
  /** From 0. */
  readonly index: number;
  readonly examples: number;
  /** uint8 [examples, height, width, channels]. */
  readonly images: Uint8Array;
  /** int32, or the targets as float32, little-endian whatever the machine. */
  readonly labels: Uint8Array;
}

/** A part's examples in shards of about `shardBytes`, in order; only one is in memory. */
export async function* shardsOf(
  part: OpenedPart,
  imageBytes: number,
  shardBytes: number = SHARD_BYTES,
): AsyncGenerator<Shard> {
  const perShard = Math.max(1, Math.floor(shardBytes / imageBytes));
  const perExample = part.targets?.names.length ?? 1;
  let left = part.examples;
  let index = 0;
  let open = newShard(Math.min(perShard, left), imageBytes, perExample);
  for await (const { images, labels } of part.batches()) {
    const examples = labels.length / perExample;
    for (let from = 0; from < examples;) {
      const taken = Math.min(open.capacity - open.filled, examples - from);
      open.images.set(images.subarray(from * imageBytes, (from + taken) * imageBytes), open.filled * imageBytes);
      for (let i = 0; i < taken * perExample; i++) {
        const [at, label] = [4 * (open.filled * perExample + i), labels[from * perExample + i]!];
        if (part.targets === undefined) open.view.setInt32(at, label, true);
        else open.view.setFloat32(at, label, true);
      }
      open.filled += taken;
      from += taken;
      if (open.filled < open.capacity) continue;
      yield { index, examples: open.filled, images: open.images, labels: open.labels };
      index += 1;
      left -= open.filled;
      open = newShard(Math.min(perShard, left), imageBytes, perExample);
    }
  }
}

interface OpenShard {
  readonly capacity: number;
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
  readonly view: DataView;
  filled: number;
}

function newShard(capacity: number, imageBytes: number, perExample: number): OpenShard {
  const labels = new Uint8Array(4 * capacity * perExample);
  return {
    capacity,
    images: new Uint8Array(capacity * imageBytes),
    labels,
    view: new DataView(labels.buffer),
    filled: 0,
  };
}
