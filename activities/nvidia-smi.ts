/**
 * What NVIDIA's driver says of GPUs, and of the devices that Multi-Instance GPU (MIG) makes of them.
 *
 * Sources: nvidia-smi(1); NVIDIA, CUDA C++ Programming Guide, "CUDA Environment Variables"; MIG User Guide, "CUDA Device
 * Enumeration".
 *
 * @module
 */
import { execFileSync } from 'node:child_process';

/** Asks the driver; `undefined` where there is none, or it answers with an error. */
export type NvidiaSmi = (args: readonly string[]) => string | undefined;

const nvidiaSmi: NvidiaSmi = (args) => {
  try {
    return execFileSync('nvidia-smi', [...args], {
      encoding: 'utf8',
      timeout: 10_000,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    return undefined;
  }
};

/** What a training can run on: a whole GPU, or a MIG device of one. */
export interface GpuDevice {
  /** As `nvidia-smi -L` prints it: `GPU-…` or `MIG-…`. */
  readonly uuid: string;
  /** Number of the GPU. */
  readonly gpu: string;
  /** Of a MIG device, e.g. `1g.5gb`: slices of compute, and memory. */
  readonly profile?: string;
}

/** One name in `CUDA_VISIBLE_DEVICES`: a number, or a UUID or its beginning, in the driver's older form as well. */
export const GPU_NAME = String.raw`(\d+|GPU-[\dA-Fa-f-]+|MIG-[\dA-Fa-f-]+|MIG-GPU-[\dA-Fa-f-]+/\d+/\d+)`;

const WHOLE = /^GPU (\d+): .*\(UUID: (\S+)\)/;
const PART = /^\s*MIG (\S+)\s+Device\s+\d+: \(UUID: (\S+)\)/;

/** All devices; a GPU that is divided counts by its MIG devices alone, since CUDA takes nothing else of it. */
export function gpuDevices(ask: NvidiaSmi = nvidiaSmi): readonly GpuDevice[] {
  const devices: GpuDevice[] = [];
  for (const line of ask(['-L'])?.split('\n') ?? []) {
    const [, gpu, whole] = WHOLE.exec(line) ?? [];
    const [, profile, part] = PART.exec(line) ?? [];
    const last = devices.at(-1);
    if (gpu !== undefined && whole !== undefined) devices.push({ uuid: whole, gpu });
    else if (profile !== undefined && part !== undefined && last !== undefined) {
      if (last.profile === undefined) devices.pop();
      devices.push({ uuid: part, gpu: last.gpu, profile });
    }
  }
  return devices;
}

/** The device of a name in `CUDA_VISIBLE_DEVICES`; the number of a divided GPU means its first part. */
const isNamed =
  (name: string) =>
  ({ gpu, uuid }: GpuDevice): boolean =>
    /^\d+$/.test(name) ? gpu === name : uuid.startsWith(name);

/** A device and what the driver says of its GPU. */
export interface GpuAnswer {
  readonly device: GpuDevice;
  readonly answer: string;
}

/**
 * Asks for devices; without those that the driver does not know. Queries take no MIG device, so that what they answer is
 * its whole GPU's.
 *
 * @param names As in `CUDA_VISIBLE_DEVICES`.
 * @param fields Of `--query-gpu`; numbers come without their units.
 */
function queryGpus(names: readonly string[], fields: string, ask: NvidiaSmi): readonly GpuAnswer[] {
  const installed = gpuDevices(ask);
  const devices = names.flatMap((name) => installed.find(isNamed(name)) ?? []);
  if (devices.length === 0) return [];
  const gpus = [...new Set(devices.map(({ gpu }) => gpu))].join(',');
  const answers = ask([`--query-gpu=index,${fields}`, '--format=csv,noheader,nounits', `--id=${gpus}`]) ?? '';
  const said = new Map(
    answers.split('\n').map((line) => {
      const [index = '', ...rest] = line.trim().split(', ');
      return [index, rest.join(', ')];
    }),
  );
  return devices.flatMap((device) => {
    const answer = said.get(device.gpu);
    return answer === undefined ? [] : { device, answer };
  });
}

/** The same of the device that this process sees, the first if there are more. */
export function queryVisibleGpu(fields: string, ask: NvidiaSmi = nvidiaSmi): GpuAnswer | undefined {
  return queryGpus((process.env['CUDA_VISIBLE_DEVICES'] || '0').split(','), fields, ask)[0];
}

const GIGABYTE = 1e9;
const MEBIBYTE = 2 ** 20;

/** Memory of devices in bytes, a MIG device's by its profile; without those of which the driver says nothing. */
export function gpuSizes(names: readonly string[], ask: NvidiaSmi = nvidiaSmi): readonly number[] {
  return queryGpus(names, 'memory.total', ask)
    .map(({ device: { profile }, answer }) =>
      profile === undefined ? Number(answer) * MEBIBYTE : Number(/(\d+)gb/.exec(profile)?.[1]) * GIGABYTE,
    )
    .filter((bytes) => bytes > 0);
}
