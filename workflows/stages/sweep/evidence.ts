import { isBetter } from '../../analysis/score';
import { mean, rankCorrelation, standardDeviation } from '../../analysis/statistics';
import type { Dimension } from '../../search/space';
import { activeNames, hparamOf, hparamsIn, unitOf } from '../../search/space';
import type { Objective } from '../../words/study';
import { formatNumber } from '../format';
import type { Plot, Table } from '../stage';
import { failedShare } from './configurations';
import type { Configuration, SweepContext } from './configurations';
import type { Comparison } from './comparison';
import { evenly, SHOWN_MAX } from './shown';
import { curveOf, lastSegment } from './trainings';
import type { Training } from './trainings';

type Cell = string | number | null;

const cell = (value: unknown): Cell =>
  typeof value === 'number' || typeof value === 'string' ? value : value === undefined ? null : String(value);

/** Every point with its scores, as far as they are shown. */
export function pointTable(
  { options: { space }, facts: { objective } }: SweepContext,
  configurations: readonly Configuration[],
  shown: readonly Configuration[],
): Table {
  const names = hparamsIn(space);
  return {
    title: `Points of the space${shown.length < configurations.length ? `, the best ${shown.length} of ${configurations.length}` : ''}`,
    columns: [
      'trial',
      ...names,
      'ended',
      'epochs',
      objective.metric,
      'seeds',
      'failed seeds',
      'mean',
      'standard deviation',
    ],
    rows: shown.map(({ trainings: [first], hparams, score, scores }): readonly Cell[] => {
      const numbers = [...scores.values()].filter((value) => value !== null);
      return [
        firstTrialId(first),
        ...names.map((name) => cell(hparams[name])),
        ...(first === undefined ? ['running', null, null] : endOf(first, score, objective)),
        scores.size,
        scores.size - numbers.length,
        numbers.length > 0 ? mean(numbers) : null,
        numbers.length > 1 ? standardDeviation(numbers) : null,
      ];
    }),
  };
}

/**
 * How a training ended, after how many epochs, and with what: of one that was stopped on its way, the objective there.
 */
function endOf(training: Training, score: number | null, objective: Objective): readonly Cell[] {
  const last = curveOf(training, objective).at(-1);
  if (training.status === 'paused') return ['pruned', training.pausedAt, last?.value ?? null];
  return [lastSegment(training).result?.outcome.status ?? 'running', last?.epoch ?? null, score];
}

const firstTrialId = (training: Training | undefined): Cell => training?.segments[0]?.spec.trialId ?? null;

/** The replicated points against the study as it stood, the best first. */
export function comparisonTable(comparisons: readonly Comparison[]): Table {
  return {
    title: 'Against the study as it stood',
    columns: [
      'trial',
      'share failed',
      'share failed before',
      'seeds',
      'mean',
      'mean before',
      'better by',
      'standard error',
      'P(better)',
    ],
    rows: comparisons
      .slice(0, SHOWN_MAX)
      .map(({ configuration, incumbent, differences, difference, error, probability, ...means }) => [
        firstTrialId(configuration.trainings[0]),
        failedShare(configuration),
        failedShare(incumbent),
        differences.length,
        means.mean,
        means.incumbentMean,
        difference,
        error,
        probability,
      ]),
  };
}

/** Per hyperparameter: its value before and after, among the best, and how the objective moves with it. */
export function dimensionTable(
  context: SweepContext,
  configurations: readonly Configuration[],
  best: readonly Configuration[],
  decided: Configuration['hparams'],
): Table {
  const {
    options: { space },
    incumbent,
    facts: { objective },
  } = context;
  const scored = configurations.filter(({ score }) => score !== null);
  const exists = (hparams: Configuration['hparams'], name: string): boolean =>
    activeNames(space, hparams).includes(name);
  const valueOf = (hparams: Configuration['hparams'], name: string): Cell =>
    space[name]?.of === undefined || exists(hparams, name) ? cell(hparams[hparamOf(space, name)]) : null;
  return {
    title: 'Hyperparameters',
    columns: ['hyperparameter', 'before', 'decided', 'of the best', `rank correlation with ${objective.metric}`],
    rows: Object.entries(space).map(([name, dimension]) => {
      const pairs = scored.flatMap(({ hparams, score }) => {
        const unit =
          isOrdered(dimension) && exists(hparams, name) ? unitOf(dimension, hparams[hparamOf(space, name)]) : undefined;
        return unit === undefined || score === null ? [] : [[unit, score] as const];
      });
      const values = best
        .filter(({ hparams }) => exists(hparams, name))
        .map(({ hparams }) => hparams[hparamOf(space, name)])
        .map((value) => (typeof value === 'number' ? formatNumber(value) : String(value)));
      return [
        name,
        valueOf(incumbent, name),
        valueOf(decided, name),
        values.join(', '),
        rankCorrelation(
          pairs.map(([unit]) => unit),
          pairs.map(([, score]) => score),
        ),
      ];
    }),
  };
}

function isOrdered(dimension: Dimension): boolean {
  return 'choice' in dimension
    ? dimension.choice.every((value) => typeof value === 'number')
    : !('constant' in dimension);
}

/** The objective by trial. */
export function sweepPlots(
  { facts: { objective } }: SweepContext,
  configurations: readonly Configuration[],
): readonly Plot[] {
  const scored = configurations.flatMap(({ score }, index) => (score === null ? [] : [{ score, index }]));
  const bestSoFar: number[] = [];
  for (const { score } of scored) {
    const best = bestSoFar.at(-1) ?? score;
    bestSoFar.push(isBetter(score, best, objective) ? score : best);
  }
  const some = evenly(scored, SHOWN_MAX);
  const corners = scored
    .map(({ index }, i) => ({ index, best: bestSoFar[i] }))
    .filter(({ best }, i) => scored.length <= SHOWN_MAX || best !== bestSoFar[i - 1] || best !== bestSoFar[i + 1]);
  const history: Plot = {
    title: 'Objective by trial',
    xLabel: 'trial',
    yLabel: objective.metric,
    xScale: 'linear',
    yScale: 'linear',
    series: [
      { name: 'score', drawnAs: 'points', x: some.map(({ index }) => index), y: some.map(({ score }) => score) },
      { name: 'best so far', x: corners.map(({ index }) => index), y: corners.map(({ best }) => best!) },
    ],
    marks: [],
  };
  return [history];
}
