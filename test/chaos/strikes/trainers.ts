import { after, attemptsOf, liveTrainers, signal } from './strike';
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
    return { what: `trainer of ${trainer.post.name} for ${seconds.toFixed(1)} s`, victims: [], over: after(seconds, () => signal(trainer.pid, 'SIGCONT')) };
  },
};

/** For longer than any step explains: the worker has to end it. */
export const hangTrainer: Strike = {
  name: 'trainer hung',
  weight: 1,
  isLong: true,
  strike(arena, random) {
    const trainer = random.oneOf(liveTrainers(arena));
    if (trainer === undefined) return undefined;
    const victims = attemptsOf(arena, [trainer.pid]);
    if (victims.length === 0 || !signal(trainer.pid, 'SIGSTOP')) return undefined;
    return { what: `trainer of ${trainer.post.name} for good`, victims, over: Promise.resolve() };
  },
};
