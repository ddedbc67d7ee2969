import { queryGpus } from '../activities/nvidia-smi';

const MEBIBYTE = 2 ** 20;

/** Numbers of this machine's NVIDIA GPUs, by its driver; none where there is no driver. */
export function installedGpus(): readonly string[] {
  return (queryGpus('index') ?? []).map((line) => line.trim()).filter((line) => /^\d+$/.test(line));
}

/** Memory of the smallest of these GPUs, by their driver; `undefined` where it does not say. */
export function smallestGpuBytes(gpus: readonly string[]): number | undefined {
  const sizes = (queryGpus('memory.total', gpus) ?? []).map(Number).filter((mebibytes) => mebibytes > 0);
  return sizes.length === 0 ? undefined : Math.min(...sizes) * MEBIBYTE;
}
