import type { Pruner, Verdict } from './pruner';

/** A pruner with its options. */
export interface Chosen {
  readonly pruner: Pruner;
  readonly options: unknown;
}

const STRICTNESS: readonly Verdict[] = ['promote', 'wait', 'prune'];

/**
 * Several pruners as one: a training pauses wherever one of them looks at it, and goes on where all that have a say let
 * it; a further seed is saved where one of them saves it.
 *
 * So halving decides which trainings get to their end, and a test over replicates which of those get another seed.
 */
export function together(parts: readonly Chosen[]): Pruner {
  const savers = parts.filter(({ pruner }) => pruner.stopsReplicates !== undefined);
  return {
    rungs: (_, where) =>
      [...new Set(parts.flatMap(({ pruner, options }) => pruner.rungs(options, where)))].sort((a, b) => a - b),
    reads: (_, where) => parts.flatMap(({ pruner, options }) => pruner.reads(options, where)),
    judge(context) {
      const strictest = new Map<number, Verdict>();
      for (const { pruner, options } of parts) {
        for (const [number, verdict] of pruner.judge({ ...context, options })) {
          const before = strictest.get(number) ?? 'promote';
          strictest.set(number, STRICTNESS.indexOf(verdict) > STRICTNESS.indexOf(before) ? verdict : before);
        }
      }
      return strictest;
    },
    ...(savers.length > 0 && {
      stopsReplicates: (_: unknown, gains: readonly number[]) =>
        savers.some(({ pruner, options }) => pruner.stopsReplicates!(options, gains)),
    }),
  };
}
