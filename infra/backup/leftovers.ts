/**
 * What back-ups and restores that were killed left beside the data, known by names that tell whose they are.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { identify, isRunning } from '../services/programs';

/** Of data that a restore has set aside until its own is in place. */
const REPLACED = '.replaced';

/** A path that nobody has yet, of this process. @param prefix Path to which the rest of the name is added. */
export function ownedPath(prefix: string): string {
  const { pid, startTime } = identify(process.pid) ?? { pid: process.pid, startTime: 'unknown' };
  return `${prefix}${hostname()}-${pid}-${startTime}-${randomUUID().slice(0, 8)}`;
}

/** Where the listing of a back-up is made. */
export const scratchPath = (home: string): string => ownedPath(path.join(home, 'backup-'));

/** Where a back-up is made before it has its name. */
export const partPath = (file: string): string => `${ownedPath(`${file}.`)}.part`;

/** Where a restore unpacks. */
export const stagingPath = (home: string): string => ownedPath(`${home}.restore-`);

/** Where a restore sets aside what was there. */
export const replacedPath = (staging: string): string => `${staging}${REPLACED}`;

/**
 * Removes what processes of this host that died have left, and puts back what one set aside when it died before its own
 * data was in place.
 *
 * @param file Of the back-up.
 */
export function clearLeftovers(home: string, file: string): void {
  for (const replaced of leftBehind(`${home}.restore-`, REPLACED)) {
    const isSuperseded = !existsSync(replaced.slice(0, -REPLACED.length));
    if (isSuperseded) rmSync(replaced, { recursive: true, force: true });
    else if (!existsSync(home)) renameSync(replaced, home);
    // Otherwise somebody began anew there, and nobody but a person knows which data counts.
  }
  const left = [
    ...leftBehind(`${home}.restore-`),
    ...leftBehind(path.join(home, 'backup-')),
    ...leftBehind(`${file}.`, '.part'),
  ];
  for (const one of left) if (!existsSync(replacedPath(one))) rmSync(one, { recursive: true, force: true });
}

/** Paths that `ownedPath` gave to processes that are dead now. Of other hosts nothing is known. */
function leftBehind(prefix: string, suffix = ''): readonly string[] {
  const folder = path.dirname(prefix);
  const begin = `${path.basename(prefix)}${hostname()}-`;
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((name) => {
    if (!name.startsWith(begin) || !name.endsWith(suffix)) return [];
    const rest = name.slice(begin.length, name.length - suffix.length);
    const [, pid, startTime] = /^(\d+)-(\d+|unknown)-[0-9a-f]{8}$/.exec(rest) ?? [];
    const isDead = pid !== undefined && startTime !== undefined && !isRunning({ pid: Number(pid), startTime });
    return isDead ? [path.join(folder, name)] : [];
  });
}
