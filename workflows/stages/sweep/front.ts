import { gainOf } from '../../analysis/scale';
import { paretoFront } from '../../analysis/pareto';
import type { Costed } from '../../analysis/pareto';
import { formatNumber } from '../format';
import { kneeOf } from './bend';
import type { Configuration } from './configurations';
import { violationOf } from './constraints';
import { scaledCost, secondOf } from './second';
import type { Training } from './trainings';
import type { SweepView } from './view';

/** A point by both objectives, of its first training. */
export interface Placed extends Costed {
  readonly configuration: Configuration;
  readonly trialId: string;
  readonly score: number;
  readonly second: number;
}

export interface Front {
  /** Every point that keeps the constraints. */
  readonly placed: readonly Placed[];
  /** Those that nothing beats in both, the best by the objective first. */
  readonly points: readonly Placed[];
}

/** The front of a sweep with two objectives; `undefined` for one with one, or where nothing is traded. */
export function frontOf(view: SweepView): Front | undefined {
  const { secondObjective } = view.options;
  if (secondObjective === undefined) return undefined;
  const placed = view.configurations
    .filter((configuration) => violationOf(configuration) === 0)
    .flatMap((configuration): Placed[] => {
      const [training] = configuration.trainings;
      const costs = training && costsOf(view, training);
      const second = training && secondOf(training, secondObjective);
      if (training?.score == null || costs === undefined || second == null) return [];
      const { trialId } = training.segments[0]!.spec;
      return [{ configuration, trialId, score: training.score, second, costs }];
    });
  const points = paretoFront(placed);
  return points.length < 2 ? undefined : { placed, points };
}

/** A training by both objectives on their scales, less being better; `undefined` where one of them is not there. */
export function costsOf({ options, facts }: SweepView, training: Training): Costed['costs'] | undefined {
  const { secondObjective } = options;
  const second = secondObjective === undefined ? null : secondOf(training, secondObjective);
  if (secondObjective === undefined || training.score === null || second === null) return undefined;
  const costs = [-gainOf(training.score, facts.objective), scaledCost(second, secondObjective)] as const;
  return costs.every(Number.isFinite) ? costs : undefined;
}

/** Both values of a point, in words. */
const bothText = (
  { facts: { objective }, options: { secondObjective } }: SweepView,
  { score, second }: Pick<Placed, 'score' | 'second'>,
): string => `${objective.metric} ${formatNumber(score)} with ${secondObjective} ${formatNumber(second)}`;

/** What a sweep with two objectives found of their front, in words, and which of it decides. */
export function frontNotes(view: SweepView): readonly string[] {
  const { options, facts } = view;
  const front = frontOf(view);
  if (front === undefined) return [];
  const { metric } = facts.objective;
  const { points, placed } = front;
  const knee = kneeOf(points);
  const names = `${metric} and ${options.secondObjective}`;
  const answer =
    options.choose === 'objective'
      ? `The answer goes by ${metric} alone: for another point of the front bound constraints.${options.secondObjective}, or set choose: knee`
      : knee === undefined
        ? `It has no knee, so that the answer goes by ${metric}`
        : 'The answer is the knee by all seeds; where it lies hangs on the ranges that were searched';
  return [
    `${points.length} of ${placed.length} points are on the front of ${names}, from ${bothText(view, points[0]!)} to ${bothText(view, points.at(-1)!)}` +
      (knee === undefined ? '' : `; its knee is ${knee.trialId}, ${bothText(view, knee)}`) +
      `. ${answer}`,
  ];
}
