import type { Post } from '../post';
import { after, attemptsOf, signal, trainersOf } from './strike';
import type { Blow, Strike } from './strike';
import type { Arena } from '../arena';
import type { RandomStream } from '../random';

/** Longer than the heartbeat timeout of a trial, so that another worker takes it over while this one still lives. */
const FREEZE_SECONDS = [14, 20] as const;

export const killTrainingWorker = signalled('training worker killed', 4, 'SIGKILL', ({ training }, random) =>
  random.oneOf(training),
);
/** As a deploy or a spot notice does. */
export const stopTrainingWorker = signalled('training worker told to stop', 2, 'SIGTERM', ({ training }, random) =>
  random.oneOf(training),
);
export const killTunerWorker = signalled('tuner worker killed', 3, 'SIGKILL', ({ tuner }) => tuner);

export const freezeTrainingWorker: Strike = {
  name: 'training worker frozen',
  weight: 2,
  strike(arena, random) {
    const post = random.oneOf(arena.training);
    const pid = post?.current?.pid;
    if (post === undefined || pid === undefined) return undefined;
    const victims = attemptsOf(arena, trainersOf(post));
    if (!signal(pid, 'SIGSTOP')) return undefined;
    const seconds = random.between(...FREEZE_SECONDS);
    return {
      what: `${post.name} for ${seconds.toFixed(1)} s`,
      victims,
      over: after(seconds, () => signal(pid, 'SIGCONT')),
    };
  },
};

function signalled(
  name: string,
  weight: number,
  kind: NodeJS.Signals,
  choose: (arena: Arena, random: RandomStream) => Post | undefined,
): Strike {
  const strike = (arena: Arena, random: RandomStream): Blow | undefined => {
    const post = choose(arena, random);
    const worker = post?.current;
    if (post === undefined || worker === undefined) return undefined;
    const victims = attemptsOf(arena, trainersOf(post));
    return signal(worker.pid, kind) ? { what: post.name, victims, over: worker.ended } : undefined;
  };
  return { name, weight, strike };
}
