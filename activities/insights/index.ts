/**
 * What a decision's trials show besides its answer: plots, tables and warnings for people. Pure; drawn when the
 * decision is recorded, and so outside the workflow, whose code must answer within two seconds.
 *
 * @module
 */
import { unpacked } from '../../workflows/driver/pages/packed';
import type { Decision, Evidence } from '../../workflows/stages/stage';
import { searchPoints } from '../../workflows/stages/sweep/search-points';
import type { InsightsInput, SearchOutcome, SearchPoint } from '../../workflows/words/insights';
import type { Trial } from '../../workflows/words/trial';
import { searchInsights } from './search';
import type { Insights } from './search';
import { bestWarnings } from './training-length';

/**
 * A decision with its insights among its evidence.
 *
 * @param stored Trials of its stage that have left the workflow for the store, where there are any: all of them.
 */
export function withInsights({ insights: input, ...decision }: Decision, stored: readonly Trial[] = []): Decision {
  return input === undefined
    ? decision
    : { ...decision, evidence: extended(decision.evidence, drawn(input, stored), input.warningsFrom) };
}

function drawn({ best, search }: InsightsInput, stored: readonly Trial[]): Insights {
  return search === undefined
    ? { plots: [], tables: [], warnings: bestWarnings(best) }
    : searchInsights(search, pointsOf(search, stored), best);
}

function pointsOf({ points, ...plan }: SearchOutcome, stored: readonly Trial[]): readonly SearchPoint[] {
  return points === undefined ? searchPoints(plan, stored) : (unpacked(points) as unknown as readonly SearchPoint[]);
}

function extended({ trialIds, plots, bars, tables, warnings }: Evidence, found: Insights, from: number): Evidence {
  return {
    trialIds,
    plots: [...plots, ...found.plots],
    ...((bars ?? found.bars) && { bars: [...(bars ?? []), ...(found.bars ?? [])] }),
    tables: [...tables, ...found.tables],
    warnings: warnings.toSpliced(from, 0, ...found.warnings),
  };
}
