import { execFileSync } from 'node:child_process';

/**
 * Fields of the one GPU that this process sees, as its driver's tool answers; `undefined` where it does not.
 * @param fields Of `--query-gpu`.
 */
export function queryGpu(fields: string): string | undefined {
  const gpu = process.env['CUDA_VISIBLE_DEVICES'];
  const which = gpu === undefined || gpu === '' ? [] : [`--id=${gpu}`];
  try {
    const answer = execFileSync('nvidia-smi', [`--query-gpu=${fields}`, '--format=csv,noheader,nounits', ...which], {
      encoding: 'utf8',
      timeout: 10_000,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return answer.split('\n')[0];
  } catch {
    return undefined;
  }
}
