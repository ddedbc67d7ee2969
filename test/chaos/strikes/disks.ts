import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { after } from './strike';
import type { Strike } from './strike';

const BLOCK_BYTES = 1 << 20;

/** Fills the disk of a worker's cache to its last byte, for a while. */
export const fillDisk: Strike = {
  name: 'disk filled',
  weight: 2,
  strike(arena, random) {
    const post = random.oneOf(arena.training);
    if (!arena.hasOwnDisks || post?.current === undefined) return undefined;
    const filler = path.join(post.cacheFolder, 'filler');
    fill(filler);
    const seconds = random.between(2, 8);
    return {
      what: `of ${post.name} for ${seconds.toFixed(1)} s`,
      victims: [],
      over: after(seconds, () => rmSync(filler, { force: true })),
    };
  },
};

function fill(file: string): void {
  const block = Buffer.alloc(BLOCK_BYTES);
  const handle = openSync(file, 'w');
  try {
    for (let bytes = block.length; bytes > 0;) {
      try {
        writeSync(handle, block, 0, bytes);
      } catch {
        // Full for a block of this size: smaller ones may still fit.
        bytes = Math.floor(bytes / 2);
      }
    }
  } finally {
    closeSync(handle);
  }
}
