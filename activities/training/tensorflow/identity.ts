import { cpus, totalmem } from 'node:os';
import { hostIdentity } from '../environment';
import { gpuIdentity } from './gpu-identity';
import { queryVisibleGpu } from '../../nvidia-smi';
import { libraryIdentity, native } from './native';

/** Goes up whenever the same trial would end in other bits than before. */
const ENGINE = 'compiled 6';

/** All that the bits of a training depend on besides its trial: part of every trial's content address. */
export function engineIdentity(): string {
  const gpu = native().binding.isUsingGpuDevice() ? [gpuIdentity()] : [];
  return [libraryIdentity(), ...gpu, hostIdentity(), ENGINE].join(', ');
}

const GIBIBYTE = 2 ** 30;

/**
 * What times and memory depend on, beyond the engine that the bits depend on: the model of the GPU or CPU, and how much
 * memory it has.
 *
 * Memory in whole GiB: a kernel's own share differs from start to start.
 */
export function deviceIdentity(): string {
  const gpu = native().binding.isUsingGpuDevice() ? queryVisibleGpu('name,memory.total') : undefined;
  if (gpu !== undefined) return `${gpu.answer} MiB${gpu.device.profile ? `, MIG ${gpu.device.profile}` : ''}`;
  // What the process may use, where a container limits it.
  const bytes = Math.min(totalmem(), process.constrainedMemory() || Infinity);
  return `${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${Math.round(bytes / GIBIBYTE)} GiB`;
}
