/**
 * What the bits of a training on a GPU depend on: the GPU, its driver, the libraries and the settings of arithmetic.
 *
 * @module
 */
import { readFileSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { type NvidiaSmi, queryVisibleGpu } from '../../nvidia-smi';

/** What is asked of the machine, so that a test can answer for it. */
export interface GpuMachine {
  /** Of `gpuModel`. */
  readonly gpu: string | undefined;
  /** `/proc/self/maps`. */
  readonly maps: string;
  /** @throws Error if there is no such file. */
  read(file: string): string;
  /** The file behind links. */
  resolve(file: string): string;
  bytes(file: string): number;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

interface Library {
  readonly name: string;
  readonly file: RegExp;
  /** Beside the library's folder, or in it for a system's own. */
  readonly header: string;
  version(header: string): string | undefined;
}

const numberIn = (header: string, name: string): string | undefined =>
  new RegExp(`^#define ${name}\\s+(\\d+)`, 'm').exec(header)?.[1];

const LIBRARIES: readonly Library[] = [
  {
    name: 'cuda',
    file: /\/libcudart\.so[.\d]*$/,
    header: 'cuda_runtime_api.h',
    version(header) {
      const number = Number(numberIn(header, 'CUDART_VERSION'));
      return number > 0 ? `${Math.floor(number / 1000)}.${Math.floor((number % 1000) / 10)}` : undefined;
    },
  },
  {
    name: 'cudnn',
    file: /\/libcudnn\.so[.\d]*$/,
    header: 'cudnn_version.h',
    version(header) {
      const parts = ['MAJOR', 'MINOR', 'PATCHLEVEL'].map((part) => numberIn(header, `CUDNN_${part}`));
      return parts.includes(undefined) ? undefined : parts.join('.');
    },
  },
];

const SETTINGS = ['NVIDIA_TF32_OVERRIDE', 'TF_DETERMINISTIC_OPS'];

/** E.g. `NVIDIA H200, 570.86.15, cuda 12.9, cudnn 9.28.0, NVIDIA_TF32_OVERRIDE 0, TF_DETERMINISTIC_OPS 1`. */
export function gpuIdentity(machine: GpuMachine = thisMachine()): string {
  return [
    machine.gpu ?? 'unknown GPU',
    ...LIBRARIES.map((library) => `${library.name} ${versionOf(machine, library)}`),
    ...SETTINGS.map((name) => `${name} ${machine.environment[name] ?? 'unset'}`),
  ].join(', ');
}

/** By the header beside it; else by the name behind its links and its size, which differ between versions. */
function versionOf(machine: GpuMachine, { file, header, version }: Library): string {
  const loaded = machine.maps
    .split('\n')
    .map((line) => line.slice(line.indexOf('/')))
    .find((name) => file.test(name));
  if (loaded === undefined) return 'not loaded';
  const beside = path.join(path.dirname(path.dirname(loaded)), 'include', header);
  return (
    version(readable(machine, beside)) ?? `${path.basename(machine.resolve(loaded))} of ${machine.bytes(loaded)} bytes`
  );
}

function readable(machine: GpuMachine, file: string): string {
  try {
    return machine.read(file);
  } catch {
    return '';
  }
}

/** Model and driver version, and the profile of a MIG device; `undefined` where the driver says nothing. */
export function gpuModel(ask?: NvidiaSmi): string | undefined {
  const found = queryVisibleGpu('name,driver_version', ask);
  return found && [found.answer, ...(found.device.profile ? [`MIG ${found.device.profile}`] : [])].join(', ');
}

const thisMachine = (): GpuMachine => ({
  gpu: gpuModel(),
  maps: readFileSync('/proc/self/maps', 'utf8'),
  read: (file) => readFileSync(file, 'utf8'),
  resolve: (file) => realpathSync(file),
  bytes: (file) => statSync(file).size,
  environment: process.env,
});
