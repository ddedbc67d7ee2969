import type { Arena, Target } from '../arena';
import type { RandomStream } from '../random';
import { after } from './strike';
import type { Blow, Strike } from './strike';

type Choose = (arena: Arena) => Target;

const temporal: Choose = (arena) => arena.temporal;
const store: Choose = (arena) => arena.store;

export const killTemporal = killed('Temporal server killed', temporal);
export const killStore = killed('S3 server killed', store);
export const cutTemporal = cut('Temporal server cut off', temporal);
export const cutStore = cut('S3 server cut off', store);
export const slowTemporal = slowed('Temporal server slowed', temporal);
export const slowStore = slowed('S3 server slowed', store);

function killed(name: string, choose: Choose): Strike {
  return harm(name, 2, choose, (target, random) => {
    const seconds = random.between(0.5, 4);
    return {
      what: `for ${seconds.toFixed(1)} s`,
      victims: [],
      over: target.server.kill().then(() => after(seconds, () => target.server.restart())),
    };
  });
}

function cut(name: string, choose: Choose): Strike {
  return harm(name, 2, choose, ({ proxy }, random) => {
    const seconds = random.between(1, 10);
    proxy.cut();
    return { what: `for ${seconds.toFixed(1)} s`, victims: [], over: after(seconds, () => proxy.mend()) };
  });
}

function slowed(name: string, choose: Choose): Strike {
  return harm(name, 1, choose, ({ proxy }, random) => {
    const [milliseconds, seconds] = [Math.round(random.between(50, 400)), random.between(3, 8)];
    proxy.slow(milliseconds);
    return {
      what: `by ${milliseconds} ms for ${seconds.toFixed(1)} s`,
      victims: [],
      over: after(seconds, () => proxy.mend()),
    };
  });
}

/** One harm to a server at a time: the end of one must not end another. */
function harm(
  name: string,
  weight: number,
  choose: Choose,
  hit: (target: Target, random: RandomStream) => Blow,
): Strike {
  return {
    name,
    weight,
    strike(arena, random) {
      const target = choose(arena);
      if (target.isDown) return undefined;
      target.isDown = true;
      const blow = hit(target, random);
      return {
        ...blow,
        over: blow.over.then(() => {
          target.isDown = false;
        }),
      };
    },
  };
}
