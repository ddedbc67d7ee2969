import { pointKey } from '../../search/space';
import type { Space } from '../../search/space';
import type { Trial, TrialSpec } from '../../words/trial';
import { replicateSeed } from './configurations';
import type { SweepContext } from './configurations';

interface Tried {
  readonly space: Space;
  readonly keys: Set<string>;
  /** Trials that were looked at, and the last of them. */
  count: number;
  last: TrialSpec;
}

/** By the first trial of the stage. A search only ever grows, so that each trial is looked at once. */
const known = new WeakMap<TrialSpec, Tried>();

/** Keys of all points that the search has tried, or tries now. */
export function triedPoints({ trials, options: { space }, seed }: SweepContext): ReadonlySet<string> {
  const first = trials[0]?.spec;
  if (first === undefined) return new Set();
  const before = known.get(first);
  const tried: Tried =
    before !== undefined && goesOn(before, space, trials) ? before : { space, keys: new Set(), count: 0, last: first };
  known.set(first, tried);
  const searchSeed = replicateSeed(seed, 0);
  for (; tried.count < trials.length; tried.count++) {
    const { spec } = trials[tried.count]!;
    tried.last = spec;
    if (spec.seed === searchSeed) tried.keys.add(pointKey(space, spec.hparams));
  }
  return tried.keys;
}

function goesOn({ space, count, last }: Tried, other: Space, trials: readonly Trial[]): boolean {
  return space === other && trials[count - 1]?.spec === last;
}
