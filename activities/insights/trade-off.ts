import type { ConstrainedName } from '../../workflows/analysis/constraints';
import { coveredShare, paretoFront } from '../../workflows/analysis/pareto';
import { formatNumber } from '../../workflows/stages/format';
import type { Plot, Table } from '../../workflows/stages/stage';
import { evenly, SHOWN_MAX } from '../../workflows/stages/sweep/shown';
import type { SearchPoint } from '../../workflows/words/insights';
import type { Search } from './search';

/** What a point costs besides its objective, in words. */
const COSTS: Readonly<Record<ConstrainedName, string>> = {
  deviceSeconds: 'device seconds',
  parameters: 'parameters',
  peakBytes: 'peak bytes',
};

/** A difference of less in a cost is none that anybody would trade for. */
const SPREAD_MIN = 1.1;

interface Traded {
  readonly point: SearchPoint;
  readonly score: number;
  readonly cost: number;
  readonly costs: readonly [number, number];
}

/**
 * What a better objective costs, for each cost that differs between the points: the points that no other one beats in
 * both.
 */
export function tradeOffs({ points, objective: { metric, direction } }: Search): {
  readonly plots: readonly Plot[];
  readonly tables: readonly Table[];
} {
  const found = (Object.keys(COSTS) as ConstrainedName[]).flatMap((name) => {
    const traded = points.flatMap((point): Traded[] => {
      const { score, costs } = point;
      if (score === null || costs === undefined) return [];
      return [
        {
          point,
          score,
          cost: costs[name],
          costs: [costs[name], direction === 'minimize' ? score : -score],
        },
      ];
    });
    const all = traded.map(({ cost }) => cost);
    const isTrade =
      traded.length > 2 && all.reduce((a, b) => Math.max(a, b)) >= SPREAD_MIN * all.reduce((a, b) => Math.min(a, b));
    return isTrade ? [{ words: COSTS[name], traded, front: paretoFront(traded) }] : [];
  });
  return {
    plots: found.map(({ words, traded, front }) => ({
      title: `${metric} against ${words}`,
      xLabel: words,
      yLabel: metric,
      xScale: 'linear',
      yScale: 'linear',
      marks: [],
      series: [
        series('tried', 'points', evenly(traded, SHOWN_MAX)),
        series('Pareto front', 'line', evenly(front, SHOWN_MAX)),
      ],
    })),
    tables: found.map(({ words, traded, front }) => ({
      title: `Not beaten in both ${metric} and ${words}${coverage(traded)}`,
      columns: ['trial', metric, words],
      rows: evenly(front, SHOWN_MAX).map(({ point, score, cost }) => [point.trialId, score, cost]),
    })),
  };
}

function series(name: string, drawnAs: 'line' | 'points', points: readonly Traded[]): Plot['series'][number] {
  return { name, drawnAs, x: points.map(({ cost }) => cost), y: points.map(({ score }) => score) };
}

function coverage(traded: readonly Traded[]): string {
  const share = coveredShare(traded);
  return share === null ? '' : `: hypervolume ${formatNumber(share)} of the range`;
}
