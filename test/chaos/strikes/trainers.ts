import { setTimeout as delay } from 'node:timers/promises';
import type { WorkerProcess } from '../../support/worker-process';
import { after, attemptsOf, isAlive, liveTrainers, signal } from './strike';
import type { Strike } from './strike';

export const killTrainer: Strike = {
  name: 'trainer killed',
  weight: 6,
  strike(arena, random) {
    const trainer = random.oneOf(liveTrainers(arena));
    if (trainer === undefined) return undefined;
    const victims = attemptsOf(arena, [trainer.pid]);
    if (!signal(trainer.pid, 'SIGKILL')) return undefined;
    return { what: `trainer of ${trainer.post.name}`, victims, over: Promise.resolve() };
  },
};

/** Short enough to pass for a slow machine: nobody should notice. */
export const freezeTrainer: Strike = {
  name: 'trainer frozen',
  weight: 2,
  strike(arena, random) {
    const trainer = random.oneOf(liveTrainers(arena));
    if (trainer === undefined || !signal(trainer.pid, 'SIGSTOP')) return undefined;
    const seconds = random.between(1, 8);
    return {
      what: `trainer of ${trainer.post.name} for ${seconds.toFixed(1)} s`,
      victims: [],
      over: after(seconds, () => signal(trainer.pid, 'SIGCONT')),
    };
  },
};

/**
 * For longer than any step explains: the worker has to end it. Frozen, it cannot notice the end of its worker: then it
 * is thawed, so that it does.
 */
export const hangTrainer: Strike = {
  name: 'trainer hung',
  weight: 1,
  isLong: true,
  strike(arena, random) {
    const trainer = random.oneOf(liveTrainers(arena));
    if (trainer === undefined) return undefined;
    const worker = trainer.post.current;
    const victims = attemptsOf(arena, [trainer.pid]);
    if (worker === undefined || victims.length === 0 || !signal(trainer.pid, 'SIGSTOP')) return undefined;
    return { what: `trainer of ${trainer.post.name} for good`, victims, over: goneOrThawed(trainer.pid, worker) };
  },
};

const POLL_MILLISECONDS = 200;

/** Waits until a frozen trainer is gone, or its worker is, and thaws it then. */
async function goneOrThawed(pid: number, worker: WorkerProcess): Promise<void> {
  while (isAlive(pid) && isAlive(worker.pid)) await delay(POLL_MILLISECONDS);
  signal(pid, 'SIGCONT');
}
