import { isRange, valueAtUnit } from '../../workflows/search/space';
import { formatNumber } from '../../workflows/stages/format';
import type { Table } from '../../workflows/stages/stage';
import { failedRegions } from './analysis/failed-regions';
import type { Region } from './analysis/failed-regions';
import { unitsByFactor } from './analysis/importance';
import type { Search } from './search';

/** Where in the space points failed; nothing where none did. */
export function failuresOf({ space, factors, points }: Search): {
  readonly tables: readonly Table[];
  readonly warnings: readonly string[];
} {
  if (points.every(({ status }) => status !== 'failed')) return { tables: [], warnings: [] };
  const regions = failedRegions(
    factors,
    points.map(({ hparams, status }) => ({ units: unitsByFactor(space, hparams), hasFailed: status === 'failed' })),
  );
  const wordsOf = ({ factor, from, to }: Region): string => {
    const dimension = space[factor]!;
    const [low, high] = isRange(dimension)
      ? [from, to].map((unit) => formatNumber(Number(valueAtUnit(dimension, unit))))
      : [];
    return low === undefined
      ? String(valueAtUnit(dimension, (from + to) / 2))
      : low === high
        ? low
        : `${low} to ${high!}`;
  };
  const tried = regions.filter((region) => region.tried > 0);
  const rows = tried.map((region) => [
    region.factor,
    wordsOf(region),
    region.tried,
    region.failed,
    region.failed / region.tried,
  ]);
  return {
    tables: [
      {
        title: 'Failed points by region',
        columns: ['hyperparameter', 'values', 'tried', 'failed', 'share failed'],
        rows,
      },
    ],
    warnings: tried
      .filter(({ isFailing }) => isFailing)
      .map(
        (region) =>
          `${region.failed} of ${region.tried} points with ${region.factor} ${wordsOf(region)} failed, and few others: narrow the space there`,
      ),
  };
}
