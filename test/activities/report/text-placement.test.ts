import fc from 'fast-check';
import { truncated, placedMarks, spreadHeights, textWidth } from '../../../activities/report/text-placement';

describe('placedMarks', () => {
  it('puts names that are far apart in one row', () => {
    expect(
      placedMarks(
        [
          { name: 'a', x: 10 },
          { name: 'b', x: 200 },
        ],
        400,
        12,
      ).map(({ row }) => row),
    ).toEqual([0, 0]);
  });

  it('stacks names that would lie on each other, the left one higher', () => {
    expect(
      placedMarks(
        [
          { name: 'valley', x: 100 },
          { name: 'steep', x: 110 },
          { name: 'slide', x: 120 },
        ],
        400,
        12,
      ).map(({ name, row }) => [name, row]),
    ).toEqual([
      ['valley', 2],
      ['steep', 1],
      ['slide', 0],
    ]);
  });

  it('keeps a name at the right edge inside the plot', () => {
    const [mark] = placedMarks([{ name: 'largest that fits', x: 395 }], 400, 12);
    expect((mark?.textX ?? 400) + textWidth('largest that fits', 12)).toBeLessThanOrEqual(400);
  });
});

describe('spreadHeights', () => {
  it('keeps heights that are far enough apart', () => {
    expect(spreadHeights([100, 10, 50], 15, 0, 200)).toEqual([100, 10, 50]);
  });

  it('moves apart what is too close, in the order of the heights', () => {
    expect(spreadHeights([199, 200, 198], 15, 0, 200)).toEqual([185, 200, 170]);
  });

  it('says when there is no room', () => {
    expect(spreadHeights([1, 2, 3], 15, 0, 20)).toBeUndefined();
  });

  it('keeps every gap and both bounds', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 200, noNaN: true }), { minLength: 1, maxLength: 10 }), (wanted) => {
        const sorted = [...(spreadHeights(wanted, 15, 0, 200) ?? [])].sort((a, b) => a - b);
        return (
          sorted.length === wanted.length &&
          sorted.every((y, i) => y >= -1e-9 && y <= 200 + 1e-9 && (i === 0 || y - (sorted[i - 1] ?? 0) >= 15 - 1e-9))
        );
      }),
    );
  });
});

describe('truncated', () => {
  it('cuts a name that is too long, by whole characters', () => {
    expect(truncated('short', 200, 12)).toBe('short');
    expect(truncated('😀'.repeat(50), 80, 12)).toBe(`${'😀'.repeat(9)}…`);
  });
});
