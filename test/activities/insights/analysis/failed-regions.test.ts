import { failedRegions } from '../../../../activities/insights/analysis';

describe('regions that fail', () => {
  const factors = [
    { name: 'rate', levels: Infinity, isOrdered: true },
    { name: 'kind', levels: 2, isOrdered: false },
  ];
  const point = (rate: number, kind: number, hasFailed: boolean) => ({ units: [rate, (kind + 0.5) / 2], hasFailed });

  it('are those where most points fail and few elsewhere', () => {
    const points = Array.from({ length: 40 }, (_, i) => point(i / 40, i % 2, i >= 32));
    const failing = failedRegions(factors, points).filter(({ isFailing }) => isFailing);
    expect(failing).toEqual([{ factor: 'rate', from: 0.75, to: 1, tried: 10, failed: 8, isFailing: true }]);
  });

  it('are not where everything fails, or where there are too few points', () => {
    expect(
      failedRegions(
        factors,
        Array.from({ length: 20 }, (_, i) => point(i / 20, i % 2, true)),
      ).some(({ isFailing }) => isFailing),
    ).toBe(false);
    expect(
      failedRegions(factors, [
        point(0.9, 0, true),
        point(0.95, 1, true),
        ...Array.from({ length: 9 }, (_, i) => point(i / 20, i % 2, false)),
      ]).some(({ isFailing }) => isFailing),
    ).toBe(false);
  });

  it('leave out points without a part in a factor', () => {
    const regions = failedRegions(factors, [{ units: [undefined, 0.25], hasFailed: true }]);
    expect(regions.map(({ tried }) => tried)).toEqual([0, 0, 0, 0, 1, 0]);
  });
});
