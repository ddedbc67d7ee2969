import { gainOf, scaleOf } from '../../analysis/scale';
import { isBetter } from '../../analysis/score';
import { rankCorrelation, standardDeviation } from '../../analysis/statistics';
import { lowerBound, upperBound } from '../../analysis/superiority';
import type { Dimension } from '../../search/space';
import { activeNames, hparamOf, hparamsIn, unitOf } from '../../search/space';
import type { Objective } from '../../words/study';
import { formatNumber } from '../format';
import type { Plot, Table } from '../stage';
import { failedShare, meanOf, scoresOf } from './configurations';
import type { Configuration, SweepContext } from './configurations';
import type { Comparisons } from './comparison';
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
      scaleOf(objective) === 'log' ? 'spread (factor)' : 'standard deviation',
    ],
    rows: shown.map((configuration): readonly Cell[] => {
      const {
        trainings: [first],
        hparams,
        score,
        scores,
      } = configuration;
      const gains = scoresOf(configuration).map((value) => gainOf(value, objective));
      return [
        firstTrialId(first),
        ...names.map((name) => cell(hparams[name])),
        ...(first === undefined ? ['running', null, null] : endOf(first, score, objective)),
        scores.size,
        scores.size - gains.length,
        meanOf(configuration, objective),
        gains.length > 1 ? asShown(standardDeviation(gains), objective) : null,
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

/** The replicated points against the study as it stood by fresh seeds, the best first. */
export function comparisonTable({ facts: { objective } }: SweepContext, { comparisons }: Comparisons): Table {
  return {
    title: 'Against the study as it stood',
    columns: [
      'trial',
      'share failed',
      'share failed before',
      'fresh seeds',
      'mean',
      'mean before',
      scaleOf(objective) === 'log' ? 'better by a factor of' : 'better by',
      'from',
      'to',
      'P(better)',
    ],
    rows: comparisons
      .slice(0, SHOWN_MAX)
      .map(({ configuration, incumbent, fresh, superiority }): readonly Cell[] => [
        firstTrialId(configuration.trainings[0]),
        failedShare(configuration),
        failedShare(incumbent),
        fresh?.seeds ?? 0,
        fresh?.mean ?? null,
        fresh?.incumbentMean ?? null,
        ...(superiority === null
          ? [null, null, null, null]
          : [
              ...[superiority.difference, lowerBound(superiority), upperBound(superiority)].map((gain) =>
                asShown(gain, objective),
              ),
              superiority.probability,
            ]),
      ]),
  };
}

/** A difference on the objective's scale: of losses the factor that it is; `null` where that is beyond all numbers. */
function asShown(gain: number, objective: Objective): number | null {
  const shown = scaleOf(objective) === 'log' ? Math.exp(gain) : gain;
  return Number.isFinite(shown) ? shown : null;
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
