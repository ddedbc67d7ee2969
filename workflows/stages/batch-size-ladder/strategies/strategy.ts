import type { HParams, TrialSpec } from '../../../words/trial';
import type { Grounds } from '../../confidence';
import type { Decision, Table } from '../../stage';
import type { Contest } from '../comparison';
import type { LadderContext } from '../phases';
import type { LadderView } from '../view';

/** A way to a batch size: which sizes are measured, what is trained with them, and which is preferred. */
export interface Strategy {
  /** Sizes to measure, in their order, one rung each. */
  sizes(context: LadderContext): readonly number[];
  /**
   * What follows a rung that does not fit: sizes between it and the last that fitted, or half of it; `undefined` for
   * nothing.
   */
  readonly onFull?: 'bisect' | 'halve';
  /** Whether the climb ends where a larger size is hardly faster. */
  readonly endsAtKnee: boolean;
  /** The next training that compares sizes; absent: none is needed. */
  next?(view: LadderView): TrialSpec | 'wait' | undefined;
  /** What those trainings are compared by; `null` without any. */
  contest?(view: LadderView): Contest | null;
  /** Most trainings that `next` asks for, of at most so many epochs. */
  trainings?(context: LadderContext, sizes: number): { readonly trials: number; readonly epochs: number };
  /** What it decides besides the size. */
  besides?(view: LadderView, batchSize: number): HParams;
  /** Answers that the trainings speak against, of this size. */
  alternatives?(view: LadderView, batchSize: number): Decision['alternatives'];
  /** What the trainings showed besides the sizes. */
  tables?(view: LadderView): readonly Table[];
  /** Sizes that may be chosen, best first. */
  preference(view: LadderView): readonly number[];
  /** Why this size, as a clause. */
  reason(view: LadderView, batchSize: number): string;
  /** What there is against it besides what speaks against any. */
  grounds(view: LadderView, batchSize: number): Grounds;
}
