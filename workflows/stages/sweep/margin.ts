import { noneBetterBy, upperBound } from '../../analysis/superiority';
import { scaleOf } from '../../analysis/scale';
import type { Comparisons } from './comparison';
import type { SweepContext } from './configurations';

/** What a better loss, or accuracy, must be better by for it to matter, where a study does not say. */
const MARGINS = { log: 0.1, linear: 0.01 } as const;

/** The smallest gain that matters, on the objective's scale. */
export function marginOf({ options: { equivalenceMargin }, facts: { objective } }: SweepContext): number {
  const scale = scaleOf(objective);
  const margin = equivalenceMargin ?? MARGINS[scale];
  return scale === 'log' ? -Math.log(1 - margin) : margin;
}

/** How far fresh seeds exclude that a point is better than the study as it stood. */
export interface ExcludedGain {
  /** No tested point is better by more, with an error rate of at most 5 %. */
  readonly bound: number;
  /** One less the error rate of saying that none is better by the margin. */
  readonly probability: number;
}

/** `null` where fresh seeds are too few to know their spread. */
export function excludedGain(
  context: SweepContext,
  { tested, share }: Pick<Comparisons, 'tested' | 'share'>,
): ExcludedGain | null {
  return tested.length === 0
    ? null
    : {
        bound: Math.max(...tested.map((one) => upperBound({ ...one, contenders: 1 / share }))),
        probability: noneBetterBy(marginOf(context), tested, share),
      };
}
