/**
 * Which trainings of a search go on, wait, or are given up.
 *
 * @module
 */
import { ranked } from '../../../analysis/ranking';
import { PRUNERS } from '../../../search/pruners';
import type { CurvePoint, CurveRead, PrunableTrial, Pruner } from '../../../search/pruners';
import { together } from '../../../search/pruners/together';
import type { Objective } from '../../../words/study';
import type { TrialSpec } from '../../../words/trial';
import type { SweepContext } from '../configurations';
import { replicationOf } from '../../replicates';
import { curveOf, lastValue } from '../trainings';
import { Lengths, lengthsOf, prunersEpochs, wholeEpochs } from './lengths';
import type { Training } from '../trainings';
import type { SweepView } from '../view';

interface ChosenPruner {
  readonly name: string;
  readonly pruner: Pruner;
  readonly options: unknown;
}

/**
 * The sweep's pruner, or all that it names as one, by the names of those that stop trainings on their way.
 *
 * @throws RangeError for a name that is not a pruner.
 */
export function prunerOf({ options }: Pick<SweepContext, 'options'>): ChosenPruner {
  const given: { readonly name: string } | readonly { readonly name: string }[] = options.pruner;
  const parts = (Array.isArray(given) ? given : [given]).map(prunerNamed);
  const [first, ...others] = parts;
  if (others.length === 0) return first!;
  const stopping = parts.filter(({ pruner }) => pruner.stopsReplicates === undefined).map(({ name }) => name);
  return { name: stopping.join(' and '), pruner: together(parts), options: given };
}

function prunerNamed(options: { readonly name: string }): ChosenPruner {
  const pruner = PRUNERS[options.name];
  if (pruner === undefined)
    throw new RangeError(`pruner.name must be one of ${Object.keys(PRUNERS).join(', ')}, got ${options.name}`);
  return { name: options.name, pruner, options };
}

/**
 * Epochs after which the `number`-th training of the search pauses first, or next; `undefined` to train to the end. The
 * study as it stands never pauses.
 */
export function nextPause(
  context: SweepContext,
  { number, epochs, after = 0 }: { readonly number: number; readonly epochs: number; readonly after?: number },
): number | undefined {
  if (number === 0) return undefined;
  const lengths = new Lengths(prunersEpochs(context), epochs);
  return rungsOf(context, number)
    .map((rung) => lengths.toOwn(rung))
    .find((rung) => rung > after && rung < epochs);
}

function rungsOf(context: SweepContext, number: number): readonly number[] {
  const { pruner, options } = prunerOf(context);
  return pruner.rungs(options, { epochs: prunersEpochs(context), number });
}

/** What its verdicts read of a trial's curve. */
export function readsOf(
  context: Pick<SweepContext, 'options' | 'facts'>,
  { pauseAfterEpochs, limit }: TrialSpec,
): readonly CurveRead[] {
  const { pruner, options } = prunerOf(context);
  const epochs = prunersEpochs(context);
  const lengths = new Lengths(epochs, wholeEpochs({ limit }));
  const pausedAt = pauseAfterEpochs === undefined ? undefined : lengths.ofPause(pauseAfterEpochs, () => []);
  return lengths.reads(pruner.reads(options, { epochs, pausedAt }));
}

/**
 * The next segment of the training that deserves it most: the furthest, then the best. Nothing is started anew before
 * it.
 */
export function nextPromotion(view: SweepView): TrialSpec | undefined {
  const { search } = view;
  const verdicts = judged(view);
  const [first] = furthest(
    view,
    search.filter((_, number) => verdicts.get(number) === 'promote'),
  );
  if (first === undefined) return undefined;
  const epochs = wholeEpochs(first.segments[0]!.spec);
  return nextSegment(first, nextPause(view, { number: search.indexOf(first), epochs, after: first.pausedAt }));
}

function judged(view: SweepView): ReadonlyMap<number, string> {
  const {
    search,
    facts: { objective },
  } = view;
  if (search.every(({ status }) => status !== 'paused')) return new Map();
  const trials = search.map((training, number): PrunableTrial => {
    const lengths = lengthsOf(view, training);
    const { status, pausedAt } = training;
    const epoch = status === 'paused' ? lengths.ofPause(pausedAt, () => rungsOf(view, number)) : pausedAt;
    return { number, status, epoch, curve: lengths.curve(knownCurveOf(training, objective)) };
  });
  const { pruner, options } = prunerOf(view);
  return pruner.judge({ options, trials, epochs: prunersEpochs(view), objective });
}

/** A training is another object once more is known of it. */
const curves = new WeakMap<Training, readonly CurvePoint[]>();

function knownCurveOf(training: Training, objective: Objective): readonly CurvePoint[] {
  const curve = curves.get(training) ?? curveOf(training, objective);
  curves.set(training, curve);
  return curve;
}

/**
 * A last segment for the best of those that wait or were given up, where fewer are trained in full than the replication
 * takes.
 *
 * Halving leaves one of a few dozen, and only what is trained in full may win: a single one would win unopposed.
 */
export function nextFinalist(view: SweepView): TrialSpec | undefined {
  const {
    options,
    facts: { objective },
  } = view;
  const challengers = view.search.slice(1);
  const finalists = challengers.filter((training) => training.status === 'ended' || isOnFinalStretch(training)).length;
  if (finalists >= (replicationOf(options).seeds > 1 ? options.replicateTop : 1)) return undefined;
  const [first] = furthest(
    view,
    challengers.filter((training) => training.status === 'paused' && lastValue(training, objective) != null),
  );
  return first === undefined ? undefined : nextSegment(first, undefined);
}

/** Whether it goes on to its end now, after a pause. */
export function isOnFinalStretch({ status, segments }: Training): boolean {
  const spec = segments.at(-1)?.spec;
  return status === 'running' && spec?.continues !== undefined && spec.pauseAfterEpochs === undefined;
}

/** By the share of their epochs that they have, then by the objective there, then by their start. */
export function furthest({ facts: { objective } }: SweepContext, trainings: readonly Training[]): readonly Training[] {
  const byValue = ranked(
    trainings.map((training) => ({ training, score: lastValue(training, objective) ?? null })),
    objective,
  );
  return byValue.map(({ training }) => training).sort((a, b) => doneOf(b) - doneOf(a));
}

const doneOf = ({ segments, pausedAt }: Training): number => pausedAt / wholeEpochs(segments[0]!.spec);

/** The same training, further on; its ids count segments from the second, e.g. `regularization-sweep/007.2`. */
function nextSegment({ segments, pausedAt }: Training, pauseAfterEpochs: number | undefined): TrialSpec {
  const { pauseAfterEpochs: _first, ...spec } = segments[0]!.spec;
  const { trialId } = segments.at(-1)!.spec;
  return {
    ...spec,
    trialId: `${spec.trialId}.${segments.length + 1}`,
    continues: trialId,
    label: `${spec.label}, from epoch ${pausedAt}`,
    ...(pauseAfterEpochs !== undefined && { pauseAfterEpochs }),
  };
}
