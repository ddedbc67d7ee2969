import { samplerNamed } from '../../search/points-question';
import type { PointsQuestion } from '../../search/points-question';
import type { Sampler } from '../../search/sampler';
import { hparamsIn, pick, pointsIn } from '../../search/space';
import { isOver } from '../../search/terminator';
import type { HParams } from '../../words/trial';
import { enqueuedTried } from './enqueued';
import { observed } from './imported';
import { ownObservations } from './observations';
import type { SweepView } from './view';

/** Suggestions that repeat known points before a small space counts as used up. */
const REPEATS_MAX = 1000;

/** Trials of the whole search: as many as asked for, or as the space has points. */
export function searchSize(view: SweepView): number {
  const { space, sampler, trials } = view.options;
  return Math.min(trials, 1 + view.asked.size + Math.min(pointsIn(space), samplerOf(view).size(space, sampler)));
}

export interface Suggestion {
  readonly hparams: HParams;
  readonly isBlind: boolean;
}

/**
 * The next point that the sampler suggests and that was not tried yet; `undefined` once the space is used up, or the
 * terminator ends the search.
 */
export function newPoint(view: SweepView): Suggestion | undefined {
  const {
    options: { space, sampler },
    incumbent,
    tried,
  } = view;
  const suggestionOf = suggester(view);
  const first = view.search.length - 1 - enqueuedTried(view);
  const end = Math.min(samplerOf(view).size(space, sampler), first + REPEATS_MAX);
  for (let index = first; index < end; index++) {
    const suggested = suggestionOf(index);
    if (suggested === null) return undefined;
    const hparams = { ...incumbent, ...suggested };
    if (!tried.has(view.keyOf(hparams))) return { hparams, isBlind: isBlindDraw(view, index, hparams) };
  }
  return undefined;
}

/** Whether the sampler would have suggested the same, had it seen no trial. */
function isBlindDraw(view: SweepView, index: number, hparams: HParams): boolean {
  const { isBlind, suggest } = samplerOf(view);
  if (isBlind === true) return true;
  const {
    options: { space, sampler: options },
    seed,
    facts,
    incumbent,
    keyOf,
  } = view;
  const { direction } = facts.objective;
  const unseeing = suggest({ space, options, index, seed, observations: [], direction });
  return keyOf({ ...incumbent, ...unseeing }) === keyOf(hparams);
}

/** Suggestions by their number: drawn in place, or where they follow from trials, by whoever answers such questions. */
function suggester(view: SweepView): (index: number) => HParams | null {
  const {
    options: { space, sampler, terminator, imported = [] },
    seed,
    facts: { objective },
    tried,
    answers,
  } = view;
  const { isBlind, suggest } = samplerOf(view);
  if (isBlind === true && terminator === undefined) {
    const { direction } = objective;
    return (index) => suggest({ space, options: sampler, index, seed, observations: [], tried, direction });
  }
  let known: ReturnType<typeof observed> | undefined;
  const knowledge = () => (known ??= observed(imported, ownObservations(view), objective.direction));
  return answers === undefined
    ? (index) =>
        terminator !== undefined && isOver({ space, seed, ...knowledge() }, terminator)
          ? null
          : suggest({ space, options: sampler, index, seed, tried, ...knowledge() })
    : (index) => answers(index, () => questionOf(view, index, knowledge()));
}

function questionOf(
  { options: { space, sampler, terminator }, seed, incumbent }: SweepView,
  index: number,
  { observations, direction }: ReturnType<typeof observed>,
): PointsQuestion {
  const inSpace = (hparams: HParams): HParams =>
    pick(
      hparams,
      hparamsIn(space).filter((name) => name in hparams),
    );
  return {
    sampler,
    space,
    seed,
    index,
    observations: observations.map((one) => ({ ...one, hparams: inSpace(one.hparams) })),
    direction,
    ...(terminator && { terminator }),
    incumbent: inSpace(incumbent),
  };
}

function samplerOf({ options: { sampler } }: SweepView): Sampler {
  return samplerNamed(sampler.name);
}
