import { execFileSync } from 'node:child_process';

/**
 * What NVIDIA's driver says of GPUs, a line for each; `undefined` where there is none, or no such driver.
 *
 * @param fields Of `--query-gpu`; numbers come without their units.
 * @param gpus Numbers or UUIDs; all that are installed unless said.
 */
export function queryGpus(fields: string, gpus: readonly string[] = []): readonly string[] | undefined {
  const which = gpus.length === 0 ? [] : [`--id=${gpus.join(',')}`];
  try {
    const answer = execFileSync('nvidia-smi', [`--query-gpu=${fields}`, '--format=csv,noheader,nounits', ...which], {
      encoding: 'utf8',
      timeout: 10_000,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return answer.split('\n').filter((line) => line !== '');
  } catch {
    return undefined;
  }
}

/** The same of the one GPU that this process sees. */
export function queryVisibleGpu(fields: string): string | undefined {
  const gpu = process.env['CUDA_VISIBLE_DEVICES'];
  return queryGpus(fields, gpu === undefined || gpu === '' ? [] : [gpu])?.[0];
}
