import { totalmem } from 'node:os';
import { smallestGpuBytes } from './gpus';

/**
 * Of memory: images may be loaded while they exist twice, and half is left for weights, activations and everything
 * else.
 */
const SHARE = 1 / 4;

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
