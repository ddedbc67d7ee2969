import { isBetter } from '../../workflows/analysis/score';
import { isLogarithmic, meets, requirementsOf } from '../../workflows/search/space';
import type { Plot } from '../../workflows/stages/stage';
import { evenly, SHOWN_MAX } from '../../workflows/stages/sweep/shown';
import type { SearchPoint } from '../../workflows/words/insights';
import type { Search } from './search';

interface Scored {
  readonly value: number;
  readonly score: number;
  /** Whether it was the best when it came. */
  readonly wasBest: boolean;
}

/** The objective along each numeric hyperparameter: every point, and those that were the best when they came. */
export function slicePlots({ space, objective, points }: Search): readonly Plot[] {
  const records = recordsOf(points, objective);
  const requirements = requirementsOf(space);
  return Object.entries(space).flatMap(([name, dimension]): Plot[] => {
    const xScale = isLogarithmic(dimension) ? 'log' : 'linear';
    const scored = points
      .flatMap((point): Scored[] => {
        const value =
          dimension.of === undefined || meets(point.hparams, requirements.get(name))
            ? point.hparams[dimension.of ?? name]
            : undefined;
        return typeof value !== 'number' || point.score === null || (xScale === 'log' && value <= 0)
          ? []
          : [{ value, score: point.score, wasBest: records.has(point) }];
      })
      .sort((a, b) => a.value - b.value);
    if (new Set(scored.map(({ value }) => value)).size < 2) return [];
    const series = (seriesName: string, some: readonly Scored[]) => ({
      name: seriesName,
      drawnAs: 'points' as const,
      x: some.map(({ value }) => value),
      y: some.map(({ score }) => score),
    });
    return [
      {
        title: `Objective by ${name}`,
        xLabel: name,
        yLabel: objective.metric,
        xScale,
        yScale: 'linear',
        series: [
          series(
            'tried',
            evenly(
              scored.filter(({ wasBest }) => !wasBest),
              SHOWN_MAX,
            ),
          ),
          series(
            'best when tried',
            scored.filter(({ wasBest }) => wasBest),
          ),
        ],
        marks: [],
      },
    ];
  });
}

function recordsOf(points: readonly SearchPoint[], objective: Search['objective']): ReadonlySet<SearchPoint> {
  const records = new Set<SearchPoint>();
  let best: number | null = null;
  for (const point of points) {
    if (!isBetter(point.score, best, objective)) continue;
    best = point.score;
    records.add(point);
  }
  return records;
}
