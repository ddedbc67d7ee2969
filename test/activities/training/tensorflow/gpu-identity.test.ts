import { gpuIdentity, type GpuMachine } from '../../../../activities/training/tensorflow/gpu-identity';

const HEADERS: Readonly<Record<string, string>> = {
  '/libraries/nvidia/cuda_runtime/include/cuda_runtime_api.h': '#define CUDART_VERSION 12090\n',
  '/libraries/nvidia/cudnn/include/cudnn_version.h':
    '#define CUDNN_MAJOR 9\n#define CUDNN_MINOR 28\n#define CUDNN_PATCHLEVEL 0\n',
};

const machine = (other: Partial<GpuMachine> = {}): GpuMachine => ({
  gpu: 'NVIDIA H200, 570.86.15',
  maps: [
    '7f00-7f01 r-xp 00000000 08:01 11 /libraries/nvidia/cuda_runtime/lib/libcudart.so.12',
    '7f02-7f03 r-xp 00000000 08:01 12 /libraries/nvidia/cudnn/lib/libcudnn.so.9',
    '7f04-7f05 rw-p 00000000 00:00 0 ',
  ].join('\n'),
  read(file) {
    const header = HEADERS[file];
    if (header === undefined) throw new Error(`no ${file}`);
    return header;
  },
  resolve: (file) => `${file}.0.42`,
  bytes: () => 1234,
  environment: { NVIDIA_TF32_OVERRIDE: '0', TF_DETERMINISTIC_OPS: '1' },
  ...other,
});

describe('the identity of a GPU', () => {
  it('tells its model, driver, CUDA, cuDNN, TF32 and determinism', () => {
    expect(gpuIdentity(machine())).toBe(
      'NVIDIA H200, 570.86.15, cuda 12.9, cudnn 9.28.0, NVIDIA_TF32_OVERRIDE 0, TF_DETERMINISTIC_OPS 1',
    );
  });

  it.each<[string, Partial<GpuMachine>, string]>([
    ['driver', { gpu: 'NVIDIA H200, 575.1' }, '575.1'],
    ['TF32 setting', { environment: { NVIDIA_TF32_OVERRIDE: '1' } }, 'NVIDIA_TF32_OVERRIDE 1'],
    ['cuDNN without headers', { read: () => '' }, 'cudnn libcudnn.so.9.0.42 of 1234 bytes'],
    ['cuDNN that is not there', { maps: '' }, 'cudnn not loaded'],
  ])('is another one with another %s', (_, other, told) => {
    expect(gpuIdentity(machine(other))).toContain(told);
  });
});
