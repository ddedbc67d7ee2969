import { setTimeout as delay } from 'node:timers/promises';
import type { Arena } from './arena';
import type { RandomStream } from './random';
import { STRIKES } from './strikes';
import type { Blow, Strike } from './strikes/strike';

export interface RecordedBlow extends Blow {
  readonly name: string;
}

export interface KillerOptions {
  readonly random: RandomStream;
  /** Mean seconds from one blow to the next. */
  readonly meanSeconds: number;
  readonly blowsMax: number;
  /** Whether to strike in ways that take minutes, too. */
  readonly isLong: boolean;
  readonly onBlow: (blow: RecordedBlow) => void;
  /** Aborted when there is nothing left to hit. */
  readonly signal: AbortSignal;
}

/**
 * Strikes at random until told to stop, and then waits until all is as before.
 *
 * The seed decides how and after how long; what is there to be hit, the study's own pace does.
 */
export async function killer(
  arena: Arena,
  { random, meanSeconds, blowsMax, isLong, onBlow, signal }: KillerOptions,
): Promise<readonly RecordedBlow[]> {
  const strikes = STRIKES.filter((strike) => isLong || strike.isLong !== true);
  const blows: RecordedBlow[] = [];
  while (blows.length < blowsMax && !signal.aborted) {
    await delay(random.between(0.2, 1.8) * meanSeconds * 1000, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) break;
    const strike = weighted(strikes, random);
    const blow = strike.strike(arena, random);
    if (blow === undefined) continue;
    const recorded = { ...blow, name: strike.name };
    blows.push(recorded);
    onBlow(recorded);
  }
  await Promise.all(blows.map(({ over }) => over));
  return blows;
}

function weighted(strikes: readonly Strike[], random: RandomStream): Strike {
  let left = random.between(
    0,
    strikes.reduce((sum, { weight }) => sum + weight, 0),
  );
  return strikes.find(({ weight }) => (left -= weight) < 0) ?? strikes[0]!;
}
