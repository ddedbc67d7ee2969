import { logMedian } from '../../analysis/statistics';
import { rampEnd } from '../../trials/outcome';
import type { Objective } from '../../words/study';
import type { Trial } from '../../words/trial';
import type { Plot, Table } from '../stage';
import { formatNumber, threeDigits } from '../format';
import type { GridPoint } from './grid';
import { RULE_NAMES } from './reading';
import type { Reading } from './reading';

/** The rules' answers over all tests, as the medians of their logarithms. */
export function ruleMedians(readings: readonly Reading[]): readonly { readonly name: string; readonly x: number }[] {
  return RULE_NAMES.flatMap((name) => {
    const rates = readings.map(({ rates: all }) => all[name]).filter((rate) => rate !== null);
    return rates.length === 0 ? [] : [{ name, x: threeDigits(logMedian(rates)) }];
  });
}

/** The smoothed curves with the rules' answers. */
export function curvePlot(readings: readonly Reading[], learningRate: number): Plot {
  return {
    title: 'Learning-rate range test',
    xLabel: 'learning rate',
    yLabel: 'training loss, smoothed',
    xScale: 'log',
    yScale: 'linear',
    series: readings.map(({ trial, curve }) => ({
      name: trial.spec.label,
      x: curve.map((point) => point.learningRate),
      y: curve.map(({ loss }) => loss),
    })),
    marks: [...ruleMedians(readings), { name: 'decision', x: learningRate }],
  };
}

/** Rules by tests. */
export function ruleTable(readings: readonly Reading[]): Table {
  return {
    title: 'Learning rates by rule',
    columns: ['test', 'ended', ...RULE_NAMES, 'answer'],
    rows: readings.map(({ trial, rates, answer }) => [
      trial.spec.label,
      endOf(trial),
      ...RULE_NAMES.map((name) => rounded(rates[name])),
      rounded(answer),
    ]),
  };
}

function endOf(trial: Trial): string {
  const status = trial.result?.outcome.status ?? 'running';
  const rate = rampEnd(trial);
  return rate === undefined ? status : `${status} at ${formatNumber(rate)}`;
}

function rounded(rate: number | null): number | null {
  return rate === null ? null : threeDigits(rate);
}

/** Scores at constant rates. */
export function gridPlot(points: readonly GridPoint[], learningRate: number, { metric }: Objective): Plot {
  return {
    title: 'Constant learning rates',
    xLabel: 'learning rate',
    yLabel: metric,
    xScale: 'log',
    yScale: 'linear',
    series: [
      { name: 'constant rates', x: points.map((point) => point.learningRate), y: points.map(({ score }) => score) },
    ],
    marks: [{ name: 'decision', x: learningRate }],
  };
}

/** Scores at constant rates, in numbers. */
export function gridTable(points: readonly GridPoint[], { metric }: Objective): Table {
  return {
    title: 'Constant learning rates',
    columns: ['trial', 'learning rate', metric],
    rows: points.map((point) => [point.trialId, point.learningRate, point.score]),
  };
}
