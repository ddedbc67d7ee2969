import type { Objective } from '../words/study';
import type { HParams } from '../words/trial';
import type { Space } from './space';

/** A trial as a sampler sees it. */
export interface Observation {
  readonly hparams: HParams;
  /** `undefined` while it runs; `null` if it failed: worse than any number. */
  readonly score: number | null | undefined;
  /**
   * By how much it exceeds each constraint, as a share of the bound: 0 or less where it keeps it. Absent where there are
   * no constraints, or nothing was measured.
   */
  readonly excesses?: readonly number[];
  /** What a second objective measured, less being better; absent where there is none. */
  readonly second?: number;
  /** Device seconds of a whole training; absent where nobody measured any. */
  readonly cost?: number;
  /** Run by somebody else: it tells of its point, which the search itself may try all the same. */
  readonly elsewhere?: true;
}

export interface SamplerContext<Options> {
  readonly space: Space;
  readonly options: Options;
  /** Counts the suggestions of this search from 0. */
  readonly index: number;
  readonly seed: number;
  /** All trials so far in the order of their start, the one that the study started with included. */
  readonly observations: readonly Observation[];
  /** Keys of the points that the search itself has tried (`pointKey`), where the caller has them at hand. */
  readonly tried?: ReadonlySet<string>;
  readonly direction: Objective['direction'];
}

/** A way to choose the next point of a space: a pure function of the space, the trials so far, a seed and a number. */
export interface Sampler<Options = unknown> {
  /** Looks at no observation: it need not be given any. */
  readonly isBlind?: true;
  /** Number of points that it can suggest; Infinity where it has no end. */
  size(space: Space, options: Options): number;
  /** Values for every dimension of the space that exists at the point. */
  suggest(context: SamplerContext<Options>): HParams;
}

/** A score as a loss, lower is better; `null` for one that runs or failed, as does what is not a finite number. */
export function lossOf(score: Observation['score'], direction: Objective['direction']): number | null {
  if (score === null || score === undefined || !Number.isFinite(score)) return null;
  return direction === 'minimize' ? score : -score;
}
