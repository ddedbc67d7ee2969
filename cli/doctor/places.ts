import { accessSync, constants, existsSync, realpathSync, statfsSync, statSync } from 'node:fs';
import path from 'node:path';
import { formatBytes } from '../../activities/wording/numbers';
import { failureOf } from '../failure';
import { chooseCacheFolder } from '../../workers/cache-folder';
import type { Finding } from './machine';

/** Less is soon full: a study of any size has data sets, checkpoints and a database. */
const FREE_BYTES_MIN = 500e6;

/** Where a command would write now: the services' folder and the cache, as they are or would be made. */
export function inspectPlaces(folder: string): readonly Finding[] {
  return [
    placeFinding('folder', path.resolve(folder), 'name another with --folder'),
    placeFinding('cache', cacheFolder(), 'set STEPWELL_CACHE to another'),
  ];
}

function placeFinding(name: string, place: string | Finding, fix: string): Finding {
  if (typeof place !== 'string') return place;
  const existing = nearestExisting(place);
  try {
    if (!statSync(existing).isDirectory()) return { name, state: 'missing', detail: `${existing} is a file`, fix };
    accessSync(existing, constants.W_OK | constants.X_OK);
  } catch {
    return { name, state: 'missing', detail: `${place} may not be written by this user`, fix };
  }
  const { bavail, bsize, blocks } = statfsSync(existing);
  const free = `${place}, ${formatBytes(bavail * bsize)} free`;
  const isFull = blocks > 0 && bavail * bsize < FREE_BYTES_MIN;
  return isFull
    ? { name, state: 'missing', detail: free, fix: `free some space, or ${fix}` }
    : { name, state: 'ok', detail: free };
}

function cacheFolder(): string | Finding {
  try {
    return chooseCacheFolder(process.env);
  } catch (error) {
    return { name: 'cache', state: 'missing', detail: failureOf(error).message };
  }
}

/** Links resolved: what they lead to is written. */
function nearestExisting(place: string): string {
  return existsSync(place) ? realpathSync(place) : nearestExisting(path.dirname(place));
}
