import { thinned } from '../../../activities/report/thin';

const wave = Array.from({ length: 100_000 }, (_, i) => ({ x: i, y: i === 77_777 ? 50 : Math.sin(i / 900) }));

describe('thinned', () => {
  it('keeps a line that is short enough as it is', () => {
    expect(thinned(wave.slice(0, 10), 10)).toEqual(wave.slice(0, 10));
    expect(thinned([], 10)).toEqual([]);
  });

  it('keeps the order, both ends and a single spike of a long line', () => {
    const points = thinned(wave, 800);
    expect(points.length).toBeLessThanOrEqual(800);
    expect(points.at(0)).toEqual(wave.at(0));
    expect(points.at(-1)).toEqual(wave.at(-1));
    expect(points).toContainEqual({ x: 77_777, y: 50 });
    expect(points.every(({ x }, i) => x > (points[i - 1]?.x ?? -1))).toBe(true);
  });
});
