import { scaleOf } from '../../analysis/scale';
import { numericHParam } from '../../trials/hparams';
import type { Trial } from '../../words/trial';
import type { Plot, StageContext, Table } from '../stage';
import { scoreOf } from '../../analysis/score';
import { isRunning } from '../trials';
import { rateOf, scoreAt } from './levels';
import type { Level } from './levels';

/** Every training, and the mean of each rate. */
export function ratePlot(
  { facts: { objective }, incumbent, trials }: StageContext<unknown>,
  levels: readonly Level[],
  chosen: Level,
): Plot {
  const scored = trials.flatMap((trial) => {
    const score = scoreOf(trial, objective);
    return score === null ? [] : [{ rate: rateOf(trial), score }];
  });
  return {
    title: 'Learning rates around the present one',
    xLabel: 'learning rate',
    yLabel: objective.metric,
    xScale: 'log',
    yScale: scaleOf(objective),
    series: [
      {
        name: 'mean over seeds',
        x: levels.map((level) => level.learningRate),
        y: levels.map((level) => scoreAt(level, objective)),
      },
      { name: 'trainings', drawnAs: 'points', x: scored.map(({ rate }) => rate), y: scored.map(({ score }) => score) },
    ],
    marks: [
      { name: 'before', x: numericHParam(incumbent, 'learningRate') },
      { name: 'decision', x: chosen.learningRate },
    ],
  };
}

/** One row a training. */
export function rateTable({ trials, facts: { objective } }: StageContext<unknown>): Table {
  const ended = (trial: Trial): string => (isRunning(trial) ? 'running' : trial.result!.outcome.status);
  return {
    title: 'Learning rates',
    columns: ['trial', 'label', 'learningRate', 'ended', objective.metric],
    rows: trials.map((trial) => [
      trial.spec.trialId,
      trial.spec.label,
      rateOf(trial),
      ended(trial),
      scoreOf(trial, objective),
    ]),
  };
}
