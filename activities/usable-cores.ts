/**
 * How many cores this process may keep busy: fewer than the machine has under an affinity mask, as Slurm and taskset set
 * it, or under a quota of processor time, as containers have it.
 *
 * Sources: Linux, Documentation/admin-guide/cgroup-v2.rst, "cpu.max"; scheduler/sched-bwc.rst, "cpu.cfs_quota_us".
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';

/**
 * The least of the cores that the process may run on and the whole cores, at least one, that its control group and each
 * group around it have time for.
 *
 * @param root Where `/proc` and `/sys` are.
 * @param allowed Cores of the affinity mask.
 */
export function usableCores(root = '/', allowed = availableParallelism()): number {
  const quotas = quotaFolders(read(path.join(root, 'proc/self/cgroup'))).map((at) => quotaIn(path.join(root, at)));
  return Math.min(allowed, ...quotas.map((cores) => Math.floor(Math.max(1, cores))));
}

function quotaFolders(groups: string): readonly string[] {
  const [, controllers, timed] = /^\d+:((?:[^:]*,)?cpu(?:,[^:]*)?):(\/.*)$/m.exec(groups) ?? [];
  const unified = /^0::(\/.*)$/m.exec(groups)?.[1];
  return [
    ...(timed === undefined ? [] : upwards(timed).flatMap((at) => ['cpu', controllers].map((name) => `${name}${at}`))),
    ...(unified === undefined ? [] : upwards(unified)),
  ].map((at) => path.join('sys/fs/cgroup', at));
}

/** In a container the path may be the host's, which is not seen there: the container's own group is the root then. */
function upwards(group: string): readonly string[] {
  return group === '/' ? ['/'] : [group, ...upwards(path.dirname(group))];
}

/** Cores that a group has time for; infinite where it is not limited. */
function quotaIn(folder: string): number {
  const [quota, period] = [
    ...read(path.join(folder, 'cpu.max')).split(' '),
    ...['cpu.cfs_quota_us', 'cpu.cfs_period_us'].map((name) => read(path.join(folder, name))),
  ].flatMap((text) => (text.trim() === '' ? [] : [Number(text)]));
  return quota !== undefined && period !== undefined && quota > 0 && period > 0 ? quota / period : Infinity;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
