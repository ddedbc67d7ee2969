import type { BarChart, Plot, Table } from '../../workflows/stages/stage';
import type { BestTraining, SearchOutcome, SearchPoint } from '../../workflows/words/insights';
import { factorsOf } from './analysis/importance';
import type { Factor } from './analysis/importance';
import { failuresOf } from './failures';
import { importanceOf } from './importance';
import { slicePlots } from './slices';
import { tradeOffs } from './trade-off';
import { bestWarnings, lengthWarnings } from './training-length';

export interface Insights {
  readonly plots: readonly Plot[];
  /** Of a search only. */
  readonly bars?: readonly BarChart[];
  readonly tables: readonly Table[];
  readonly warnings: readonly string[];
}

/** A search with what its insights are drawn from. */
export interface Search extends Omit<SearchOutcome, 'points'> {
  readonly factors: readonly Factor[];
  /** In the order of the search. */
  readonly points: readonly SearchPoint[];
}

/**
 * What a search shows besides its answer: which hyperparameters mattered, where the space failed, what the objective
 * costs, and whether the trainings had the right length.
 */
export function searchInsights(
  outcome: SearchOutcome,
  points: readonly SearchPoint[],
  best: BestTraining | undefined,
): Insights {
  const search: Search = { ...outcome, factors: factorsOf(outcome.space), points };
  const importance = importanceOf(search);
  const failures = failuresOf(search);
  const trades = tradeOffs(search);
  return {
    plots: [...slicePlots(search), ...trades.plots],
    bars: importance.bars,
    tables: [...importance.tables, ...trades.tables, ...failures.tables],
    warnings: [...failures.warnings, ...bestWarnings(best), ...lengthWarnings(search)],
  };
}
