import { hostname } from 'node:os';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { trialsOnDisk } from '../trials-on-disk';
import { attemptsOf, liveTrainers, signal } from './strike';
import type { Strike } from './strike';

/** Damages the newest checkpoint of a running trial and kills its trainer, so that it would be restored. */
export const corruptCheckpoint: Strike = {
  name: 'checkpoint corrupted',
  weight: 2,
  strike(arena, random) {
    const trainers = new Map(liveTrainers(arena).map(({ pid }) => [`${hostname()}/${pid}`, pid]));
    const trial = random.oneOf(
      trialsOnDisk(arena.objects).filter(
        ({ result, owner, checkpoints }) => result === null && checkpoints.length > 0 && trainers.has(owner.worker),
      ),
    );
    const newest = trial?.checkpoints.at(-1);
    const pid = trainers.get(trial?.owner.worker ?? '');
    if (newest === undefined || pid === undefined) return undefined;
    const victims = attemptsOf(arena, [pid]);
    if (!damage(path.join(arena.objects, newest.key), random.between(0, 1))) return undefined;
    signal(pid, 'SIGKILL');
    return { what: newest.key, victims, damaged: [newest.key], over: Promise.resolve() };
  },
};

/** Turns one byte over; false if the file has gone. */
function damage(file: string, where: number): boolean {
  try {
    const bytes = readFileSync(file);
    const index = Math.floor(where * bytes.length);
    bytes[index] = (bytes[index] ?? 0) ^ 0xff;
    writeFileSync(file, bytes);
    return true;
  } catch {
    return false;
  }
}
