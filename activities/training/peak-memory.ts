/**
 * The most memory that a training took.
 *
 * @module
 */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Measurement } from '../../workflows/words/outcome';
import { queryVisibleGpu } from '../nvidia-smi';

/** Trainings that began in this process. */
let trainings = 0;

/**
 * Starts counting anew, so that a warm process reports each trial's own peak. Without effect where the system has no
 * such counter.
 */
export function resetPeakMemory(): void {
  trainings++;
  try {
    // Linux: 5 sets the process's high-water mark to what is resident now.
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    // The peak of the whole process is then the best answer there is.
  }
}

/**
 * Peak bytes since the last reset: of the GPU where there is one and its driver tells, else of this process.
 *
 * Of a process that trained before it is an upper bound: TensorFlow grows its share of a GPU and never gives any back,
 * nor does the allocator on the host give back all, so what earlier trainings left is in it.
 */
export function peakMemory(onGpu: boolean): Pick<Measurement, 'peakBytes' | 'peakIsUpperBound'> {
  const peakBytes = (onGpu ? gpuBytes() : undefined) ?? residentPeakBytes();
  return { peakBytes, ...(trainings > 1 && { peakIsUpperBound: true as const }) };
}

function residentPeakBytes(): number {
  try {
    const kibibytes = /^VmHWM:\s*(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    if (kibibytes !== undefined) return Number(kibibytes) * 1024;
  } catch {
    // No /proc: not Linux.
  }
  return process.resourceUsage().maxRSS * 1024;
}

/** Memory in use on the GPU; undefined where its driver does not say, as of one MIG device among others. */
function gpuBytes(): number | undefined {
  const { device, answer } = queryVisibleGpu('memory.used') ?? {};
  const mebibytes = Number(answer);
  return device?.profile === undefined && mebibytes > 0 ? mebibytes * 1024 * 1024 : undefined;
}
