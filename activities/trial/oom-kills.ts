/**
 * Whether the kernel's OOM killer has been at work where a process lives.
 *
 * Source: Linux, Documentation/admin-guide/cgroup-v2.rst, "memory.events"; cgroup-v1/memory.rst, "OOM Control".
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Counts the processes of a process's control group that the kernel has killed for lack of memory. A SIGKILL while this
 * grew was the OOM killer's; any other SIGKILL was somebody's. Where there is no group, or it does not say, those of the
 * whole machine; 0 where nothing says.
 *
 * @param pid Of a process that lives: its group is looked up now, and can be counted when the process has ended.
 * @param root Where `/proc` and `/sys` are.
 */
export function oomKillsAround(pid: number | undefined, root = '/'): () => number {
  const files = [...groupFiles(read(path.join(root, 'proc', String(pid), 'cgroup'))), 'proc/vmstat'];
  const file = files.map((name) => path.join(root, name)).find((name) => countIn(name) !== undefined);
  return () => (file === undefined ? 0 : (countIn(file) ?? 0));
}

/** In a container the path may be the host's, which is not seen there: the container's own group is the root then. */
function groupFiles(groups: string): readonly string[] {
  const memory = /^\d+:(?:[^:]*,)?memory(?:,[^:]*)?:(\/.*)$/m.exec(groups)?.[1];
  const unified = /^0::(\/.*)$/m.exec(groups)?.[1];
  return [
    ...(memory === undefined ? [] : [memory, '/'].map((at) => `sys/fs/cgroup/memory${at}/memory.oom_control`)),
    ...(unified === undefined ? [] : [unified, '/'].map((at) => `sys/fs/cgroup${at}/memory.events`)),
  ];
}

function countIn(file: string): number | undefined {
  const count = /^oom_kill (\d+)$/m.exec(read(file))?.[1];
  return count === undefined ? undefined : Number(count);
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
