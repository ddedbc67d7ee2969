import { execFileSync } from 'node:child_process';
import { totalmem } from 'node:os';

/**
 * Of memory: images may be loaded while they exist twice, and half is left for weights, activations and everything
 * else.
 */
const SHARE = 1 / 4;

const MEBIBYTE = 2 ** 20;

/**
 * Bytes of images that a trainer may hold: a quarter of its part of this machine's memory, or of a GPU's where that is
 * less.
 */
export function defaultResidentBytes(gpus: readonly string[], trainingSlots: number): number {
  const constrained = process.constrainedMemory();
  const machine = (constrained > 0 ? Math.min(constrained, totalmem()) : totalmem()) / trainingSlots;
  const gpu = gpus.length === 0 ? undefined : smallestGpuBytes(gpus);
  const least = gpu === undefined ? machine : Math.min(machine, gpu / Math.ceil(trainingSlots / gpus.length));
  return Math.floor(least * SHARE);
}

/** Memory of the smallest of these GPUs, by their driver; `undefined` where it does not say. */
function smallestGpuBytes(gpus: readonly string[]): number | undefined {
  try {
    const answer = execFileSync(
      'nvidia-smi',
      ['--query-gpu=memory.total', '--format=csv,noheader,nounits', `--id=${gpus.join(',')}`],
      { encoding: 'utf8', timeout: 10_000, stdio: ['ignore', 'pipe', 'ignore'] },
    );
    const sizes = answer
      .trim()
      .split('\n')
      .map(Number)
      .filter((mebibytes) => mebibytes > 0);
    return sizes.length === 0 ? undefined : Math.min(...sizes) * MEBIBYTE;
  } catch {
    return undefined;
  }
}
