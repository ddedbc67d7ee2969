import { GPU_NAME, gpuDevices, gpuSizes, type NvidiaSmi } from '../activities/nvidia-smi';

const ONE_NAME = new RegExp(`^${GPU_NAME}$`);

/** What `STEPWELL_GPUS` may be: names of devices separated by commas, or empty for none. */
export const GPU_LIST = new RegExp(`^(${GPU_NAME}(,${GPU_NAME})*)?$`);

/**
 * Names of this machine's devices, by their driver; none where there is no driver. Numbers, but where a GPU is divided,
 * since CUDA counts in another way there.
 */
export function installedGpus(ask?: NvidiaSmi): readonly string[] {
  const devices = gpuDevices(ask);
  const isDivided = devices.some(({ profile }) => profile !== undefined);
  return devices.map(({ uuid, gpu }) => (isDivided ? uuid : gpu));
}

/** Names in a list as CUDA reads it: up to the first that is none, as `-1` and `NoDevFiles` are. */
export function listedGpus(list: string): readonly string[] {
  const names = list.split(',').map((name) => name.trim());
  const end = names.findIndex((name) => !ONE_NAME.test(name));
  return end === -1 ? names : names.slice(0, end);
}

/** Memory in bytes of the smallest of these devices, by their driver; `undefined` where it does not say. */
export function smallestGpuBytes(gpus: readonly string[], ask?: NvidiaSmi): number | undefined {
  const sizes = gpuSizes(gpus, ask);
  return sizes.length === 0 ? undefined : Math.min(...sizes);
}
