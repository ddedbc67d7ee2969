/**
 * What the seeds can say: whether the size that they found best is better than the reference, and by how much any other
 * could be.
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
import { mean } from '../../analysis/statistics';
import type { LadderView } from './view';

/** Costs closer than this are equal: a change of the batch size must win by more. */
export const CLEAR_GAIN = 0.1;
/**
 * That no other size is sooner by more than this factor is as good as that none is: rungs are a factor of 2 apart, and
 * to tell less takes more seeds than a race is worth.
 */
export const EQUAL_FACTOR = 1.25;

/** Validation scores this close are equal: a quarter of a loss, a hundredth of a share. */
export const EQUAL_GAIN = { log: Math.log(1.25), linear: 0.01 } as const;

/** One training as a number where more is better. */
interface SampledRun {
  readonly seed: number;
  /** False where it was cut short: its true gain is lower. */
  readonly isWhole: boolean;
  readonly gain: number;
}

export interface Sample {
  readonly batchSize: number;
  readonly runs: readonly SampledRun[];
}

/** What sizes are compared by. */
export interface Contest {
  readonly race: readonly Sample[];
  /** The contender and the reference with seeds that had no part in the race. */
  readonly fresh: readonly Sample[];
  /** Whether a size may be chosen at all. */
  isEligible(batchSize: number): boolean;
  /** Gain by which a contender must be ahead. */
  readonly clear: number;
  /** Gain that makes no difference. */
  readonly equal: number;
}

export interface LadderComparison {
  /** The size that the race found clearly better than the reference. */
  readonly contender: number | undefined;
  /** That size beside the reference, on fresh seeds; `null` without any. */
  readonly fresh: Superiority | null;
  /** Whether the contender is to be chosen: the fresh seeds repeat its clear gain, or there are none to ask. */
  readonly isAdopted: boolean;
  /** Gain that no other size that may be chosen exceeds, with an error rate of 5 %; `null` where nothing bounds it. */
  readonly bound: number | null;
  /** Probability that none is better by more than makes a difference; 0 where nothing tells. */
  readonly staying: number;
  /** Smallest gain that the seeds behind the answer would show; `null` where they would show none. */
  readonly detectable: number | null;
}

const isComplete = ({ runs }: Sample): boolean => runs.length > 0 && runs.every(({ isWhole }) => isWhole);
const meanGain = ({ runs }: Sample): number => mean(runs.map(({ gain }) => gain));

/** Sizes that may be chosen, by what the race found. */
function ranking({ race, isEligible }: Contest): readonly Sample[] {
  const eligible = race.filter((sample) => isComplete(sample) && isEligible(sample.batchSize));
  return [...eligible].sort((a, b) => meanGain(b) - meanGain(a));
}

/** The size to compare once more; `undefined` where the race found none that is clearly better than the reference. */
export function contenderOf({ contest, reference }: LadderView): number | undefined {
  if (contest === null) return undefined;
  const ranked = ranking(contest);
  const own = ranked.find(({ batchSize }) => batchSize === reference);
  const best = ranked[0];
  if (best === undefined || best === own) return undefined;
  return own === undefined || meanGain(best) - meanGain(own) > contest.clear ? best.batchSize : undefined;
}

/** Sizes that may be chosen, the one to choose first; empty without a race. */
export function byContest({ contest, comparison, reference }: LadderView): readonly number[] {
  if (contest === null) return [];
  const sizes = ranking(contest).map(({ batchSize }) => batchSize);
  const first = comparison.isAdopted ? comparison.contender : reference;
  return [...sizes.filter((size) => size === first), ...sizes.filter((size) => size !== first)];
}

const NONE: LadderComparison = {
  contender: undefined,
  fresh: null,
  isAdopted: false,
  bound: null,
  staying: 0,
  detectable: null,
};

export function comparisonOf(view: LadderView): LadderComparison {
  const { contest, reference } = view;
  if (contest === null || reference === undefined) return NONE;
  const contender = contenderOf(view);
  const spread = spreadOf(contest);
  const gains = contender === undefined ? [] : gainsOf(contest.fresh, contender, reference);
  const fresh = superiorities([gains], 1, spread)[0] ?? null;
  const others = othersOf(contest, reference, { contender, fresh, spread });
  const isAdopted = contender !== undefined && (fresh === null || fresh.difference > contest.clear);
  const behind = isAdopted ? [fresh] : others;
  return {
    contender,
    fresh,
    isAdopted,
    bound: largest(others.map((one) => one && upperBound(one))),
    staying:
      others.length === 0
        ? 0
        : Math.min(...others.map((one) => (one === null ? 0 : probabilityBelow(contest.equal, one)))),
    detectable: largest(behind.map((one) => one && detectableDifference(one))),
  };
}

/** Of a single paired difference, from the sizes all of whose trainings are whole. */
function spreadOf({ race, fresh }: Contest): PooledSpread | null {
  return pairedSpread(
    [race, fresh].map((samples) => {
      const complete = samples.filter(isComplete);
      const pairs = Math.min(...complete.map(({ runs }) => runs.length));
      return complete.map(({ runs }) => runs.slice(0, pairs).map(({ gain }) => gain));
    }),
  );
}

/** Every size that may be chosen beside the reference, corrected for their number. */
function othersOf(
  { race, isEligible }: Contest,
  reference: number,
  {
    contender,
    fresh,
    spread,
  }: Pick<LadderComparison, 'contender' | 'fresh'> & { readonly spread: PooledSpread | null },
): readonly (Superiority | null)[] {
  const others = race.filter(({ batchSize }) => batchSize !== reference && isEligible(batchSize));
  const gains = others.map(({ batchSize }) => gainsOf(race, batchSize, reference));
  return superiorities(gains, others.length, spread).map((one, i) =>
    fresh !== null && others[i]!.batchSize === contender ? { ...fresh, contenders: others.length } : one,
  );
}

/**
 * Gains over the reference by pairs of one seed. One that was cut short stands for less: as the reference's it makes the
 * difference too small, as the other's too large, which a bound may be. Where both were, nothing is known.
 */
function gainsOf(samples: readonly Sample[], batchSize: number, reference: number): readonly number[] {
  const [own, other] = [batchSize, reference].map((size) => samples.find((one) => one.batchSize === size)?.runs ?? []);
  return own!.flatMap((run) => {
    const beside = other!.find(({ seed }) => seed === run.seed);
    return beside === undefined || !(run.isWhole || beside.isWhole) ? [] : [run.gain - beside.gain];
  });
}

/** `null` where any is unknown, or there is none. */
function largest(values: readonly (number | null)[]): number | null {
  return values.length === 0 || values.some((value) => value === null)
    ? null
    : Math.max(...values.map((value) => value ?? Infinity));
}
