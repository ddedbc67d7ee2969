/**
 * What a sweep shows besides its answer: which hyperparameters mattered, where the space failed, what the objective
 * costs, and whether the trainings had the right length.
 *
 * @module
 */
import type { BarChart, Plot, Table } from '../../stage';
import type { Configuration, SweepContext } from '../configurations';
import { failuresOf } from './failures';
import { importanceOf } from './importance';
import { searchPoints } from './points';
import { slicePlots } from './slices';
import { tradeOffs } from './trade-off';
import { lengthWarnings } from './training-length';

export interface Insights {
  readonly plots: readonly Plot[];
  readonly bars: readonly BarChart[];
  readonly tables: readonly Table[];
  readonly warnings: readonly string[];
}

/** @param best The point that did best, adopted or not. */
export function sweepInsights(
  context: SweepContext,
  configurations: readonly Configuration[],
  best: Configuration | undefined,
): Insights {
  const found = searchPoints(context, configurations);
  const { points } = found;
  const importance = importanceOf(context, found);
  const failures = failuresOf(context, found);
  const trades = tradeOffs(context, points);
  return {
    plots: [...slicePlots(context, points), ...trades.plots],
    bars: importance.bars,
    tables: [...importance.tables, ...trades.tables, ...failures.tables],
    warnings: [
      ...failures.warnings,
      ...lengthWarnings(
        context,
        points,
        points.find(({ configuration }) => configuration.index === best?.index),
      ),
    ],
  };
}
