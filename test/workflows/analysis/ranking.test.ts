import fc from 'fast-check';
import { gainOver, ranked } from '../../../workflows/analysis';

const MINIMIZE = { metric: 'valLoss', direction: 'minimize' } as const;
const MAXIMIZE = { metric: 'valAccuracy', direction: 'maximize' } as const;

it('puts the best first, whatever has no score last, and ties in their own order', () => {
  const items = [
    { id: 'a', score: 2 },
    { id: 'b', score: null },
    { id: 'c', score: 1 },
    { id: 'd', score: 2 },
    { id: 'e', score: null },
  ];
  expect(ranked(items, MINIMIZE).map(({ id }) => id)).toEqual(['c', 'a', 'd', 'b', 'e']);
  expect(ranked(items, MAXIMIZE).map(({ id }) => id)).toEqual(['a', 'd', 'c', 'b', 'e']);
});

it('keeps every item and orders every pair', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.double({ noNaN: true, min: -5, max: 5 }))), (scores) => {
      const order = ranked(
        scores.map((score) => ({ score })),
        MINIMIZE,
      ).map(({ score }) => score ?? Infinity);
      expect(order).toEqual([...order].sort((a, b) => (a === b ? 0 : a - b)));
      expect(order).toHaveLength(scores.length);
    }),
  );
});

it('counts better as positive in both directions', () => {
  expect(gainOver(0.2, 0.5, MINIMIZE)).toBeCloseTo(Math.log(2.5), 12);
  expect(gainOver(0.9, 0.8, MAXIMIZE)).toBeCloseTo(0.1, 12);
});
