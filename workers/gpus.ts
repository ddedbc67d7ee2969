import { execFileSync } from 'node:child_process';

/** Numbers of this machine's NVIDIA GPUs, by its driver; none where there is no driver. */
export function installedGpus(): readonly string[] {
  try {
    const listing = execFileSync('nvidia-smi', ['--query-gpu=index', '--format=csv,noheader'], {
      encoding: 'utf8',
      timeout: 10_000,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return listing
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => /^\d+$/.test(line));
  } catch {
    return [];
  }
}
