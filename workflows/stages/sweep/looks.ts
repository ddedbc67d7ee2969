/**
 * Further seeds where they may change a sweep's verdict: it looks after a few, and goes on as long as points are open.
 *
 * The looks share the error rate by an alpha-spending function, t³ of the share t of all seeds, which spends nearly all
 * at the end, as O'Brien's and Fleming's boundary does.
 *
 * Sources: K. Lan, D. DeMets, "Discrete Sequential Boundaries for Clinical Trials", Biometrika 70 (1983); K. Kim, D.
 * DeMets, "Design and Analysis of Group Sequential Tests Based on the Type I Error Spending Rate Function", Biometrika
 * 74 (1987).
 *
 * @module
 */
import { power } from '../../search/power';
import { criticalValue, meanErrorShare } from '../../analysis/superiority';
import type { Superiority } from '../../analysis/superiority';
import { PROBABILITY_HIGH } from '../confidence';
import { compare, contenders } from './comparison';
import type { Comparison, Comparisons } from './comparison';
import type { Configuration, SweepContext } from './configurations';
import { foldsOf } from './folds';
import { violationOf } from './constraints';
import { excludedGain, marginOf } from './margin';
import { worthReplicating } from './pruning/replication';
import { replicationOf } from '../replicates';
import type { SweepView } from './view';

/** Seeds of a point after which a sweep looks: at first, and each time that the fresh ones have doubled. */
export function looksOf({ options }: SweepContext): readonly number[] {
  const { seeds, seedsMax } = replicationOf(options);
  const looks = [seeds];
  for (let last = seeds; last < seedsMax; looks.push(last)) last = Math.min(seedsMax, 2 * last - 1);
  return looks;
}

/** What has been spent of the error rate once a point has so many seeds. */
function spent(looks: readonly number[], look: number): number {
  if (look < 0) return 0;
  const share = looks.length === 1 ? 1 : (looks[look]! - 1) / (looks.at(-1)! - 1);
  return power(share, 3);
}

const shareOf = (looks: readonly number[], look: number): number => spent(looks, look) - spent(looks, look - 1);

/** The share of the error rate that is left to a verdict now; all the rest where the budget ended the looks. */
export function shareReached(view: SweepView): number {
  const looks = looksOf(view);
  const seeds = view.configurations[0]?.scores.size ?? 0;
  const look = Math.max(
    0,
    looks.findIndex((size) => size >= seeds),
  );
  const isClosed = looks[look] === seeds && openAt(view, look).length === 0;
  return isClosed ? shareOf(looks, look) : 1 - spent(looks, look - 1);
}

/** What is trained with as many seeds as a look asks for; nothing once the looks before have settled it. */
export function wantedAt(view: SweepView, look: number): readonly Configuration[] {
  const looks = looksOf(view);
  if (look === 0) return worthReplicating(upTo(view, looks[0]!));
  const open = openAt(upTo(view, looks[look - 1]!), look - 1);
  return open.length === 0 ? [] : [view.configurations[0]!, ...open.map(({ index }) => view.configurations[index]!)];
}

/** The view as it was when no point had more seeds. */
function upTo(view: SweepView, seeds: number): SweepView {
  const configurations = view.configurations.map((one) =>
    one.scores.size <= seeds
      ? one
      : { ...one, scores: new Map([...one.scores].filter(([replicate]) => replicate < seeds)) },
  );
  return { ...view, configurations };
}

/** Points of which further seeds may still change what is said. */
function openAt(view: SweepView, look: number): readonly Configuration[] {
  const looks = looksOf(view);
  const folds = foldsOf(view.facts);
  const incumbent = view.configurations[0];
  if (look >= looks.length - 1 || incumbent === undefined) return [];
  const compared = compare(view, contenders(view), incumbent, shareOf(looks, look));
  const rivals = compared.comparisons.filter(
    ({ configuration, fresh }) => fresh !== null && violationOf(configuration) === violationOf(incumbent),
  );
  if (isSettled(view, compared)) return [];
  const last = { pairs: (looks.at(-1)! - 1) * folds, share: 1 - spent(looks, looks.length - 2) };
  const open = rivals.filter(
    ({ superiority }) => superiority === null || mayWin(superiority, compared.pickedFrom, last),
  );
  return (open.length > 0 ? open : stayable(view, rivals, last)).map(({ configuration }) => configuration);
}

function isSettled(view: SweepView, compared: Comparisons): boolean {
  const winner = compared.comparisons.find(({ isClear }) => isClear);
  const probability =
    winner === undefined ? excludedGain(view, compared)?.probability : winner.superiority?.probability;
  return (probability ?? 0) >= PROBABILITY_HIGH;
}

interface LastLook {
  /** Of fresh scores. */
  readonly pairs: number;
  readonly share: number;
}

/** By how much a difference must exceed what it is held against at the last look. */
function reach(one: Superiority, contenders: number, last: LastLook): number {
  const { freedom, error, pairs, overlap } = one;
  const shrunk = meanErrorShare(last.pairs, overlap) / meanErrorShare(pairs, overlap);
  return criticalValue({ freedom, contenders }) * error * shrunk;
}

/** Whether a gain one standard error above what was seen would be shown at the last look. */
function mayWin(one: Superiority, points: number, last: LastLook): boolean {
  return one.difference + one.error >= reach(one, points / last.share, last);
}

/** All that are not excluded yet, if with a standard error's luck they all would be at the last look. */
function stayable(view: SweepView, rivals: readonly Comparison[], last: LastLook): readonly Comparison[] {
  const margin = marginOf(view);
  const mayBeExcluded = ({ superiority: one }: Comparison): boolean =>
    one !== null && one.difference - one.error + reach(one, 1 / last.share, last) < margin;
  return rivals.every(mayBeExcluded) ? rivals : [];
}
