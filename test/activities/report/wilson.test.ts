import { wilsonInterval } from '../../../activities/report/wilson';

describe('wilsonInterval', () => {
  // By definition: the score test just fails to reject each end, so it lies 1.959964 of its own standard errors from
  // what was seen.
  it.each([
    [353, 360],
    [1, 2],
    [9_812, 10_000],
  ])('ends at the proportions from which %d of %d are as far as 95 %% allows', (hits, count) => {
    const seen = hits / count;
    for (const end of wilsonInterval(seen, count))
      expect(Math.abs(seen - end) / Math.sqrt((end * (1 - end)) / count)).toBeCloseTo(1.959964, 6);
  });

  it('stays within 0 and 1, and has a width even where nothing went wrong', () => {
    expect(wilsonInterval(1, 360)[0]).toBeCloseTo(1 / (1 + 1.959964 ** 2 / 360), 12);
    expect(wilsonInterval(1, 360)[1]).toBe(1);
    expect(wilsonInterval(0, 1)[0]).toBe(0);
  });
});
