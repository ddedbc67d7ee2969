import type { NvidiaSmi } from '../../activities/nvidia-smi';
import { gpuModel } from '../../activities/training/tensorflow/gpu-identity';
import { installedGpus, smallestGpuBytes } from '../../workers/gpus';

const FIRST = 'GPU-5d5ba0d6-d33d-2b2c-524d-9e3d8d2b8a77';
const SECOND = 'GPU-e7076666-0544-e103-4f65-a047fc18269e';
const OLD = `MIG-${SECOND}/7/0`;
const SLICE = 'MIG-c6d4f1ef-42e4-5de3-91c7-45d71c87eb3f';
const HALF = 'MIG-cba663e8-9bed-5b25-b243-5985ef7c9beb';

const WHOLE = `GPU 0: NVIDIA H200 (UUID: ${FIRST})\nGPU 1: NVIDIA A100-SXM4-40GB (UUID: ${SECOND})\n`;
const DIVIDED = `${WHOLE}  MIG 1g.5gb      Device  0: (UUID: ${SLICE})\n  MIG 1c.3g.20gb  Device  1: (UUID: ${HALF})\n`;
const OLD_DRIVER = `${WHOLE}  MIG 2g.10gb Device 0: (UUID: ${OLD})\n`;

const ANSWERS: Readonly<Record<string, readonly [string, string]>> = {
  'index,memory.total': ['143771', '40960'],
  'index,name,driver_version': ['NVIDIA H200, 570.86.15', 'NVIDIA A100-SXM4-40GB, 570.86.15'],
};

/** A driver with this list, which, like the real one, refuses a query for anything but whole GPUs. */
const driver =
  (list: string): NvidiaSmi =>
  (args) => {
    if (args[0] === '-L') return list;
    const ids =
      args
        .find((arg) => arg.startsWith('--id='))
        ?.slice('--id='.length)
        .split(',') ?? [];
    const answers = ANSWERS[args[0]?.replace('--query-gpu=', '') ?? ''];
    if (answers === undefined || ids.some((id) => !['0', '1'].includes(id))) return undefined;
    return ids.map((id) => `${id}, ${answers[Number(id)]}\n`).join('');
  };

const MEBIBYTE = 2 ** 20;

test.each<[string, string, readonly string[]]>([
  ['whole GPUs', WHOLE, ['0', '1']],
  ['a GPU that is divided', DIVIDED, [FIRST, SLICE, HALF]],
  ['a divided GPU by an old driver', OLD_DRIVER, [FIRST, OLD]],
  ['nothing', 'No devices were found\n', []],
])('a machine with %s', (_, list, names) => {
  expect(installedGpus(driver(list))).toEqual(names);
});

test('a machine without a driver has no GPU, and says nothing of one', () => {
  expect(installedGpus(() => undefined)).toEqual([]);
  expect(smallestGpuBytes(['0'], () => undefined)).toBeUndefined();
});

test.each<[readonly string[], number | undefined]>([
  [['0'], 143_771 * MEBIBYTE],
  [[FIRST], 143_771 * MEBIBYTE],
  [['GPU-5d5b'], 143_771 * MEBIBYTE],
  [[FIRST, HALF], 20e9],
  [[SLICE, HALF, FIRST], 5e9],
  // CUDA takes the first part of a divided GPU by its number.
  [['1'], 5e9],
  [['7'], undefined],
])('the smallest of %j has %p bytes', (gpus, bytes) => {
  expect(smallestGpuBytes(gpus, driver(DIVIDED))).toBe(bytes);
});

describe('the model that a trainer trains on', () => {
  const before = process.env['CUDA_VISIBLE_DEVICES'];
  afterAll(() => {
    if (before === undefined) delete process.env['CUDA_VISIBLE_DEVICES'];
    else process.env['CUDA_VISIBLE_DEVICES'] = before;
  });

  test.each<[string, string, string | undefined]>([
    ['0', DIVIDED, 'NVIDIA H200, 570.86.15'],
    [FIRST, DIVIDED, 'NVIDIA H200, 570.86.15'],
    [HALF, DIVIDED, 'NVIDIA A100-SXM4-40GB, 570.86.15, MIG 1c.3g.20gb'],
    [OLD, OLD_DRIVER, 'NVIDIA A100-SXM4-40GB, 570.86.15, MIG 2g.10gb'],
    ['', WHOLE, 'NVIDIA H200, 570.86.15'],
    [SLICE, WHOLE, undefined],
  ])('by %j', (name, list, model) => {
    process.env['CUDA_VISIBLE_DEVICES'] = name;
    expect(gpuModel(driver(list))).toBe(model);
  });
});
