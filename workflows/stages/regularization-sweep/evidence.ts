import { isBetter } from '../../analysis/score';
import { mean, rankCorrelation, standardDeviation } from '../../analysis/statistics';
import type { Dimension, Scalar } from '../../search/space';
import { unitOf, valueAtUnit } from '../../search/space';
import { STANDARD_HPARAMS } from '../../hparams';
import type { StandardHParam } from '../../hparams';
import type { HParams } from '../../trial';
import { formatNumber } from '../format';
import type { Plot, Table } from '../stage';
import { failedShare } from './configurations';
import type { Configuration, SweepContext } from './configurations';
import type { Comparison } from './comparison';

type Cell = string | number | null;

/** A value within this share of a range's end counts as at its edge. */
const EDGE_SHARE = 0.05;

const cell = (value: unknown): Cell => (typeof value === 'number' || typeof value === 'string' ? value : value === undefined ? null : String(value));

/** Every point with its scores. */
export function pointTable({ options: { space }, facts: { objective } }: SweepContext, configurations: readonly Configuration[]): Table {
  const names = Object.keys(space);
  return {
    title: 'Points of the space', columns: ['trial', ...names, 'ended', objective.metric, 'seeds', 'failed seeds', 'mean', 'standard deviation'],
    rows: configurations.map(({ trials, hparams, score, scores }): readonly Cell[] => {
      const numbers = [...scores.values()].filter((value) => value !== null);
      const [first] = trials;
      return [
        first?.spec.trialId ?? null, ...names.map((name) => cell(hparams[name])), first?.result?.outcome.status ?? 'running', score, scores.size, scores.size - numbers.length,
        numbers.length > 0 ? mean(numbers) : null, numbers.length > 1 ? standardDeviation(numbers) : null,
      ];
    }),
  };
}

/** The replicated points against the study as it stood. */
export function comparisonTable(comparisons: readonly Comparison[]): Table {
  return {
    title: 'Against the study as it stood', columns: ['trial', 'share failed', 'share failed before', 'seeds', 'mean', 'mean before', 'better by', 'standard error', 'P(better)'],
    rows: comparisons.map(({ configuration, incumbent, differences, difference, error, probability, ...means }) => [
      configuration.trials[0]?.spec.trialId ?? null, failedShare(configuration), failedShare(incumbent), differences.length, means.mean, means.incumbentMean, difference, error, probability,
    ]),
  };
}

/** Per hyperparameter: its value before and after, among the best, and how the objective moves with it. */
export function dimensionTable(context: SweepContext, configurations: readonly Configuration[], best: readonly Configuration[], decided: Configuration['hparams']): Table {
  const { options: { space }, incumbent, facts: { objective } } = context;
  const scored = configurations.filter(({ score }) => score !== null);
  return {
    title: 'Hyperparameters', columns: ['hyperparameter', 'before', 'decided', 'of the best', `rank correlation with ${objective.metric}`],
    rows: Object.entries(space).map(([name, dimension]) => {
      const pairs = scored.flatMap(({ hparams, score }) => {
        const unit = isOrdered(dimension) ? unitOf(dimension, hparams[name]) : undefined;
        return unit === undefined || score === null ? [] : [[unit, score] as const];
      });
      const values = best.map(({ hparams }) => hparams[name]).map((value) => (typeof value === 'number' ? formatNumber(value) : String(value)));
      return [name, cell(incumbent[name]), cell(decided[name]), values.join(', '), rankCorrelation(pairs.map(([unit]) => unit), pairs.map(([, score]) => score))];
    }),
  };
}

function isOrdered(dimension: Dimension): boolean {
  return 'choice' in dimension ? dimension.choice.every((value) => typeof value === 'number') : !('constant' in dimension);
}

/** Where an adopted point lies at an end of its range: the space may end before the optimum does, unless the hyperparameter ends there itself. */
export function edgeWarnings({ options: { space } }: SweepContext, hparams: HParams): readonly string[] {
  return Object.entries(space).flatMap(([name, dimension]) => {
    if ('choice' in dimension || 'constant' in dimension) return [];
    const unit = unitOf(dimension, hparams[name]);
    if (unit === undefined || (unit > EDGE_SHARE && unit < 1 - EDGE_SHARE)) return [];
    const isLow = unit < 0.5;
    if (isOwnEnd(name, valueAtUnit(dimension, isLow ? 0 : 1), isLow)) return [];
    return [`the best ${name}, ${formatNumber(Number(hparams[name]))}, is at the ${isLow ? 'low' : 'high'} end of its range: widen the space`];
  });
}

/** Whether a hyperparameter has no values beyond an end of its range. */
function isOwnEnd(name: string, end: Scalar, isLow: boolean): boolean {
  const standard: StandardHParam | undefined = Object.entries(STANDARD_HPARAMS).find(([known]) => known === name)?.[1];
  return standard !== undefined && (isLow ? Number(end) <= standard.min : Number(end) >= standard.max);
}

/** The objective by trial, and by each hyperparameter that has an order. */
export function sweepPlots(context: SweepContext, configurations: readonly Configuration[]): readonly Plot[] {
  const { options: { space }, facts: { objective } } = context;
  const scored = configurations.flatMap(({ hparams, score }, index) => (score === null ? [] : [{ hparams, score, index }]));
  const bestSoFar: number[] = [];
  for (const { score } of scored) {
    const best = bestSoFar.at(-1) ?? score;
    bestSoFar.push(isBetter(score, best, objective) ? score : best);
  }
  const x = scored.map(({ index }) => index);
  const history: Plot = {
    title: 'Objective by trial', xLabel: 'trial', yLabel: objective.metric, xScale: 'linear', yScale: 'linear',
    series: [{ name: 'score', drawnAs: 'points', x, y: scored.map(({ score }) => score) }, { name: 'best so far', x, y: bestSoFar }], marks: [],
  };
  const slices = Object.entries(space).filter(([, dimension]) => isOrdered(dimension)).map(([name, dimension]): Plot => {
    const points = scored.filter(({ hparams }) => typeof hparams[name] === 'number' && (!('logUniform' in dimension) || Number(hparams[name]) > 0))
      .map(({ hparams, score }) => ({ value: Number(hparams[name]), score })).sort((a, b) => a.value - b.value);
    return {
      title: `Objective by ${name}`, xLabel: name, yLabel: objective.metric, xScale: 'logUniform' in dimension ? 'log' : 'linear', yScale: 'linear',
      series: [{ name: 'score', drawnAs: 'points', x: points.map(({ value }) => value), y: points.map(({ score }) => score) }], marks: [],
    };
  });
  return [history, ...slices];
}
