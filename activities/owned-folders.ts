/**
 * Temporary folders and files that tell by their names whose they are, so that what a killed process left can be known for
 * garbage.
 *
 * @module
 */
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import path from 'node:path';

/** A folder of this process. */
export function newOwnedFolder(parent: string, prefix: string): string {
  return mkdtempSync(path.join(parent, processPrefix(prefix)));
}

/** A name of this process, for a file that is not there yet. */
export function ownedName(prefix: string): string {
  return `${processPrefix(prefix)}${randomUUID().replaceAll('-', '')}`;
}

/**
 * Removes the folders and files that dead processes of this host left under the same prefix. Of other hosts and containers, which
 * may share the parent, nothing is known: theirs are left alone.
 */
export function sweepOwned(parent: string, prefix: string): void {
  const own = ownPrefix(prefix);
  for (const name of readdirSync(parent)) {
    const [, pid, startTime] = /^(\d+)-(\d+)-\w{6,}$/.exec(name.startsWith(own) ? name.slice(own.length) : '') ?? [];
    if (pid === undefined || startTimeOf(Number(pid)) === startTime) continue;
    // Without a start time this is no Linux, and nothing is known of anybody.
    if (startTimeOf(process.pid) === undefined) return;
    try {
      rmSync(path.join(parent, name), { recursive: true, force: true });
    } catch {
      // Another user's, or another process is at the same clean-up.
    }
  }
}

/** In clock ticks after boot, which tells a process from a later one of the same pid. Source: proc(5), field 22. */
function startTimeOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

function processPrefix(prefix: string): string {
  return `${ownPrefix(prefix)}${process.pid}-${startTimeOf(process.pid) ?? 0}-`;
}

function ownPrefix(prefix: string): string {
  return `${prefix}${hostname()}-`;
}
