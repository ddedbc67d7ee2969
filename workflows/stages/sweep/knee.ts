/**
 * The knee as an answer: of the points of a front those that bend it most by their first seeds are trained with further
 * ones, and the one that does so in the mean of all is taken.
 *
 * @module
 */
import { mean } from '../../analysis/statistics';
import { noneBetterBy, pairedSpread, superiorities } from '../../analysis/superiority';
import { meanScore } from '../../analysis/scale';
import { confidenceBy, PROBABILITY_HIGH, PROBABILITY_MEDIUM } from '../confidence';
import { count, formatNumber, formatProbability } from '../format';
import type { Decision } from '../stage';
import { bendOf, bentPoints } from './bend';
import { failedShare } from './configurations';
import type { Configuration } from './configurations';
import { costsOf, frontOf } from './front';
import { changes } from './reason';
import { secondOf } from './second';
import { metricNamed } from '../../tasks';
import { isMetric } from '../../analysis/constraints';
import type { SweepView } from './view';

/** How far each seed of a point bends the front; the first seed has made it a candidate. */
export interface Bends {
  readonly first: number;
  readonly fresh: ReadonlyMap<number, number>;
}

/** Which of the points bends a front most. */
export interface Knee {
  /** Its place among the candidates. */
  readonly index: number;
  /** Fresh seeds that tell. */
  readonly seeds: number;
  /**
   * One less the error rate of saying that it lies further below the line than any other candidate, and than the line
   * itself; `null` where too few fresh seeds tell of their spread.
   */
  readonly probability: number | null;
}

/**
 * Every other candidate has to be refuted, by fresh seeds; and since these have their part in which is taken, for as
 * many as might have been.
 */
export function chosenKnee(candidates: readonly Bends[]): Knee | undefined {
  const all = candidates.map(({ first, fresh }) => mean([first, ...fresh.values()]));
  const index = all.indexOf(Math.max(...all));
  const knee = candidates[index];
  if (knee === undefined) return undefined;
  const seeds = [...knee.fresh.keys()].filter((seed) => candidates.every(({ fresh }) => fresh.has(seed)));
  const bends = candidates.map(({ fresh }) => seeds.map((seed) => fresh.get(seed)!));
  // The line itself is one that must not be further: without a bend there is no knee.
  const others = [seeds.map(() => 0), ...bends.filter((_, i) => i !== index)];
  const gains = others.map((other) => other.map((bend, pair) => bend - bends[index]![pair]!));
  const found = superiorities(gains, 1, pairedSpread([bends]));
  const known = found.filter((one) => one !== null);
  return {
    index,
    seeds: seeds.length,
    probability: known.length < found.length ? null : noneBetterBy(0, known, 1 / candidates.length),
  };
}

/** The points that may be the knee, the likeliest first; empty where the knee is not asked for, or there is none. */
export function kneePoints(view: SweepView): readonly Configuration[] {
  const front = view.options.choose === 'knee' ? frontOf(view) : undefined;
  return front === undefined
    ? []
    : bentPoints(front.points)
        .slice(0, view.options.replicateTop)
        .map(({ configuration }) => configuration);
}

/** The knee as the answer; `undefined` where it is not asked for, or there is none. */
export function kneeVerdict(
  view: SweepView,
): Pick<Decision, 'hparams' | 'because' | 'confidence' | 'doubts'> | undefined {
  const points = kneePoints(view);
  const fewest = Math.min(...points.map(failedShare));
  const candidates = points.filter((point) => failedShare(point) === fewest);
  const knee = chosenKnee(candidates.map((point) => bendsOf(view, point)));
  const chosen = knee && candidates[knee.index];
  if (knee === undefined || chosen === undefined) return undefined;
  const { probability } = knee;
  return {
    hparams: chosen.isIncumbent ? view.incumbent : chosen.hparams,
    because: kneeReason(view, chosen, candidates.length, knee),
    ...confidenceBy({
      guess: {
        'no fresh seeds': knee.seeds === 0,
        'too few fresh seeds to know their spread': knee.seeds > 0 && probability === null,
        'another point of the front may be its knee': probability !== null && probability < PROBABILITY_MEDIUM,
      },
      doubt: {
        [`P is below ${PROBABILITY_HIGH}`]:
          probability !== null && probability >= PROBABILITY_MEDIUM && probability < PROBABILITY_HIGH,
        'a seed failed': fewest > 0,
        // Of wider ranges another point would be.
        'what is a knee hangs on the ranges that were searched': true,
      },
    }),
  };
}

function bendsOf(view: SweepView, { trainings }: Configuration): Bends {
  const { points } = frontOf(view)!;
  const ends = [points[0]!, points.at(-1)!] as const;
  const bends = trainings.flatMap((training): readonly [number, number][] => {
    const costs = costsOf(view, training);
    return costs === undefined ? [] : [[training.seed, bendOf(costs, ends)]];
  });
  return { first: bends[0]?.[1] ?? 0, fresh: new Map(bends.slice(1)) };
}

function kneeReason(view: SweepView, chosen: Configuration, candidates: number, { seeds, probability }: Knee): string {
  const { options, facts } = view;
  const names = `${facts.objective.metric} and ${options.secondObjective}`;
  const lead = chosen.isIncumbent ? 'the study stays as it stood' : changes(view, chosen.hparams);
  const incumbent = view.configurations[0];
  const beside =
    incumbent === undefined || chosen.isIncumbent
      ? ''
      : `, against ${meansText(view, incumbent)} of the study as it stood`;
  const shown =
    probability === null
      ? 'seeds do not tell whether that is luck'
      : `by ${count(seeds, 'fresh seed')} none of ${count(candidates, 'candidate')} bends it more (${formatProbability(probability)})`;
  return `${lead}: the knee of the front of ${names}, ${meansText(view, chosen)}${beside}; ${shown}`;
}

/** Both means over all seeds. */
function meansText(
  { options: { secondObjective }, facts: { objective } }: SweepView,
  { trainings }: Configuration,
): string {
  const scores = trainings.flatMap(({ score }) => score ?? []);
  const seconds = trainings.flatMap((training) => (secondObjective && secondOf(training, secondObjective)) ?? []);
  if (scores.length === 0 || seconds.length === 0 || secondObjective === undefined) return 'none';
  const second = isMetric(secondObjective)
    ? meanScore(seconds, { metric: secondObjective, direction: metricNamed(secondObjective).direction })
    : mean(seconds);
  return `${objective.metric} ${formatNumber(meanScore(scores, objective))} with ${secondObjective} ${formatNumber(second)} over ${count(scores.length, 'seed')}`;
}
