/**
 * What the parts of a sweep look at, worked out once each time that the stage is asked.
 *
 * @module
 */
import { isRelative, pointKeys } from '../../search/space';
import type { HParams, TrialSpec } from '../../words/trial';
import { optionsAround } from './around';
import { configurationsOf, replicateSeed } from './configurations';
import type { Configuration, SweepContext } from './configurations';
import { enqueuedPoints } from './enqueued';
import { foldsOf } from './folds';
import { TrainingIndex } from './trainings';
import type { Training } from './trainings';

/** The context, its space in values only, with what follows from its trials. */
export interface SweepView extends SweepContext {
  /** Identity of a point of the space. */
  readonly keyOf: (hparams: HParams) => string;
  /** Every training, in the order of their start. */
  readonly trainings: readonly Training[];
  /** Those of the search itself: the first of each point. */
  readonly search: readonly Training[];
  /** Keys of all points that the search has tried, or tries now. */
  readonly tried: ReadonlySet<string>;
  /** Whether the search is over: the best of it are trained with further seeds. */
  readonly isReplicating: boolean;
  /** Every point tried, in the order of the search; the first is the study as it stood. */
  readonly configurations: readonly Configuration[];
  /** Points that people asked for by their keys, tried or not. */
  readonly asked: ReadonlyMap<string, HParams>;
}

/** What a view leaves to the next one of the same stage. */
interface Worked {
  readonly given: SweepContext['options'];
  /** What a space of factors was multiplied out around; empty where there are none. */
  readonly around: string;
  readonly options: SweepContext['options'];
  readonly index: TrainingIndex;
}

/**
 * By the first trial of a stage, which is the same whatever follows. A sweep only ever grows, so that the next view
 * looks at what has changed alone: with thousands of trials all else would take longer than a trial.
 */
const worked = new WeakMap<TrialSpec, Worked>();

export function sweepView(context: SweepContext): SweepView {
  const { options, index } = workedOn(context);
  const searchSeed = replicateSeed(context.seed, 0);
  const trainings = [...index.trainings];
  const search = trainings.filter(({ seed }) => seed === searchSeed);
  let configurations: readonly Configuration[] | undefined;
  let asked: ReadonlyMap<string, HParams> | undefined;
  const view: SweepView = {
    ...context,
    options,
    keyOf: index.keyOf,
    trainings,
    search,
    tried: index.keysOf(searchSeed),
    isReplicating: search.length < trainings.length,
    get configurations() {
      return (configurations ??= configurationsOf(view));
    },
    get asked() {
      return (asked ??= enqueuedPoints(view));
    },
  };
  return view;
}

function workedOn(context: SweepContext): Worked {
  const { options: given, trials, facts } = context;
  const around = Object.values(given.space).some(isRelative) ? JSON.stringify(context.incumbent) : '';
  const first = trials[0]?.spec;
  const before = first && worked.get(first);
  if (before?.given === given && before.around === around && before.index.follow(trials, facts.objective))
    return before;
  const options = around === '' ? given : optionsAround(context);
  const index = new TrainingIndex(pointKeys(options.space), facts.objective, options.constraints, foldsOf(facts));
  index.follow(trials, facts.objective);
  const now: Worked = { given, around, options, index };
  if (first !== undefined) worked.set(first, now);
  return now;
}
