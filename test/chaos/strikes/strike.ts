import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { Arena } from '../arena';
import type { Post } from '../post';
import type { RandomStream } from '../random';
import { trialsOnDisk } from '../trials-on-disk';

/** An attempt at a trial that a blow ended, or may have. */
export interface Victim {
  readonly hash: string;
  /** Of the attempt, unlike any other's. */
  readonly token: string;
  /** Receipts that the trial had by then. */
  readonly receipts: number;
}

/** One thing that was done to a running study. */
export interface Blow {
  /** For people, e.g. `trainer 4711 of training-1`. */
  readonly what: string;
  readonly victims: readonly Victim[];
  /** Keys of objects that were damaged on purpose. */
  readonly damaged?: readonly string[];
  /** Resolves when all is as before. */
  readonly over: Promise<void>;
}

/** A way to do harm. */
export interface Strike {
  readonly name: string;
  /** How often it comes, next to the others. */
  readonly weight: number;
  /** Needs so long that short runs leave it out. */
  readonly isLong?: boolean;
  /** @returns undefined where there is nothing to hit now. */
  strike(arena: Arena, random: RandomStream): Blow | undefined;
}

/** A trainer process and the worker that it belongs to. */
export interface FoundTrainer {
  readonly pid: number;
  readonly post: Post;
}

export function liveTrainers({ training }: Arena): readonly FoundTrainer[] {
  return training.flatMap((post) => trainersOf(post).map((pid) => ({ pid, post })));
}

/** None of a worker that ends at this moment. */
export function trainersOf({ current }: Post): readonly number[] {
  try {
    return current?.trainers() ?? [];
  } catch {
    return [];
  }
}

/** Attempts that these trainers hold now. */
export function attemptsOf({ objects }: Arena, pids: readonly number[]): readonly Victim[] {
  const identities = pids.map((pid) => `${hostname()}/${pid}`);
  return trialsOnDisk(objects)
    .filter(({ owner, result, death }) => result === null && death === null && identities.includes(owner.worker))
    .map(({ hash, owner, receipts }) => ({ hash, token: owner.token, receipts: receipts.length }));
}

/** Sends a signal; false if the process has gone. */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Undoes something after a while. */
export async function after(seconds: number, undo: () => unknown): Promise<void> {
  await delay(seconds * 1000);
  await undo();
}
