/**
 * What the seeds of the race can say: whether the size that it found soonest is sooner than the reference, and by how
 * much any other could be. Gains are differences of the logarithms of costs: 0.69 is half the cost.
 *
 * A size is picked by the race's seeds and judged by fresh ones: the seeds that picked it flatter it. All of them tell
 * of the spread, which picking does not touch.
 *
 * @module
 */
import {
  detectableDifference,
  pairedSpread,
  probabilityBelow,
  superiorities,
  upperBound,
} from '../../analysis/superiority';
import type { PooledSpread, Superiority } from '../../analysis/superiority';
import { finishers } from './times';
import type { Finisher, RaceTime } from './times';
import type { LadderView } from './view';

/** Costs closer than this are equal: a change of the batch size must win by more. */
export const CLEAR_GAIN = 0.1;
/**
 * That no other size is sooner by more than this factor is as good as that none is: rungs are a factor of 2 apart, and
 * to tell less takes more seeds than a race is worth.
 */
export const EQUAL_FACTOR = 1.25;

export interface LadderComparison {
  /** The size that the race found sooner than the reference by more than `CLEAR_GAIN`. */
  readonly contender: number | undefined;
  /** That size beside the reference, on fresh seeds; `null` without any. */
  readonly fresh: Superiority | null;
  /** Whether the contender is to be chosen: the fresh seeds repeat its clear gain, or there are none to ask. */
  readonly isAdopted: boolean;
  /** Gain that no other size that may be chosen exceeds, with an error rate of 5 %; `null` where nothing bounds it. */
  readonly bound: number | null;
  /** Probability that none is sooner by more than `EQUAL_FACTOR`; 0 where nothing tells. */
  readonly staying: number;
  /** Smallest gain that the seeds behind the answer would show; `null` where they would show none. */
  readonly detectable: number | null;
}

/** The size to compare once more; `undefined` where the race found none that is clearly sooner than the reference. */
export function contenderOf(view: LadderView): Finisher | undefined {
  const { eligible } = finishers(view);
  const reference = eligible.find(({ batchSize }) => batchSize === view.reference);
  const best = [...eligible].sort((a, b) => a.cost - b.cost)[0];
  const isClear = reference === undefined || (best?.cost ?? Infinity) * (1 + CLEAR_GAIN) < reference.cost;
  return best !== reference && isClear ? best : undefined;
}

export function comparisonOf(view: LadderView): LadderComparison {
  const contender = contenderOf(view)?.batchSize;
  const spread = spreadOf(view);
  const fresh = contender === undefined ? null : freshSuperiority(view, contender, spread);
  const others = othersOf(view, contender, fresh, spread);
  const isAdopted = contender !== undefined && (fresh === null || fresh.difference > Math.log(1 + CLEAR_GAIN));
  const behind = isAdopted ? [fresh] : others;
  return {
    contender,
    fresh,
    isAdopted,
    bound: largest(others.map((one) => one && upperBound(one))),
    staying: Math.min(
      ...(others.length === 0
        ? [0]
        : others.map((one) => (one === null ? 0 : probabilityBelow(Math.log(EQUAL_FACTOR), one)))),
    ),
    detectable: largest(behind.map((one) => one && detectableDifference(one))),
  };
}

/** Of a single paired difference, from the sizes that always reached the target. */
function spreadOf({ times, fresh }: LadderView): PooledSpread | null {
  return pairedSpread(
    [times, fresh].map((table) => {
      const complete = table.filter(({ cost }) => cost !== null).map(({ runs }) => runs);
      const pairs = Math.min(...complete.map(({ length }) => length));
      return complete.map((runs) => runs.slice(0, pairs).map(({ cost }) => Math.log(cost)));
    }),
  );
}

function freshSuperiority(view: LadderView, contender: number, spread: PooledSpread | null): Superiority | null {
  const [superiority] = superiorities([gainsOf(view, view.fresh, contender)], 1, spread);
  return superiority ?? null;
}

/** Every size that may be chosen beside the reference, corrected for their number. */
function othersOf(
  view: LadderView,
  contender: number | undefined,
  fresh: Superiority | null,
  spread: PooledSpread | null,
): readonly (Superiority | null)[] {
  const tooLong = new Set(finishers(view).tooLong.map(({ batchSize }) => batchSize));
  const others = view.times.filter(({ batchSize }) => batchSize !== view.reference && !tooLong.has(batchSize));
  const gains = others.map(({ batchSize }) => gainsOf(view, view.times, batchSize));
  return superiorities(gains, others.length, spread).map((one, i) =>
    fresh !== null && others[i]!.batchSize === contender ? { ...fresh, contenders: others.length } : one,
  );
}

/**
 * Gains over the reference by pairs of one seed. A cost that a miss cut short stands for more: as the reference's it
 * makes the gain too small, as the other's too large, which a bound may be. Where both missed nothing is known.
 */
function gainsOf({ reference }: LadderView, times: readonly RaceTime[], batchSize: number): readonly number[] {
  const [own, other] = [batchSize, reference].map((size) => times.find((time) => time.batchSize === size)?.runs ?? []);
  return own!.flatMap((run) => {
    const beside = other!.find(({ seed }) => seed === run.seed);
    return beside === undefined || !(run.reached || beside.reached) ? [] : [Math.log(beside.cost / run.cost)];
  });
}

/** `null` where any is unknown, or there is none. */
function largest(values: readonly (number | null)[]): number | null {
  return values.length === 0 || values.some((value) => value === null)
    ? null
    : Math.max(...values.map((value) => value ?? Infinity));
}
