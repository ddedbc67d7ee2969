import fc from 'fast-check';
import { createBalancedOrder, createDataOrder } from '../../../../activities/training/loop/data-order';
import { batchPhases, examplesAfter, phaseAt } from '../../../../workflows/trials/length';

const examples = Int32Array.from({ length: 10 }, (_, i) => 100 + 3 * i);

const firstOf = (batchSize: number, seed: number, steps: number): number[] => {
  const order = createDataOrder(examples, seed);
  return Array.from({ length: steps }, (_, step) => [...order.batch(step * batchSize, batchSize)]).flat();
};

describe('the order of examples', () => {
  it('covers every example once per pass, whatever the batch size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 25 }), fc.integer({ min: 1, max: 1e6 }), (batchSize, seed) => {
        const stream = firstOf(batchSize, seed, Math.ceil(30 / batchSize));
        for (const pass of [0, 1, 2]) expect(stream.slice(10 * pass, 10 * pass + 10).sort()).toEqual([...examples]);
      }),
    );
  });

  it('is one stream of the seed that batches of any size cut', () => {
    expect(firstOf(3, 7, 10)).toEqual(firstOf(5, 7, 6));
    expect(firstOf(3, 7, 10)).not.toEqual(firstOf(3, 8, 10));
  });

  it('shuffles every pass anew', () => {
    const stream = firstOf(10, 7, 2);
    expect(stream.slice(0, 10)).not.toEqual(stream.slice(10));
  });

  it('covers every example once per pass while batches grow at any places', () => {
    const milestone = fc.record({
      epoch: fc.double({ min: 0.01, max: 4, noNaN: true }),
      batchSize: fc.integer({ min: 1, max: 25 }),
    });
    fc.assert(
      fc.property(fc.array(milestone, { maxLength: 4 }), fc.integer({ min: 1, max: 12 }), (milestones, batchSize) => {
        const phases = batchPhases(
          batchSize,
          [...milestones].sort((a, b) => a.epoch - b.epoch),
          examples.length,
        );
        const order = createDataOrder(examples, 3);
        const stream: number[] = [];
        for (let step = 0; stream.length < 40; step++) {
          expect(examplesAfter(phases, step)).toBe(stream.length);
          stream.push(...order.batch(examplesAfter(phases, step), phaseAt(phases, step).batchSize));
        }
        expect(stream).toEqual([...order.batch(0, stream.length)]);
        for (const pass of [0, 1, 2, 3]) expect(stream.slice(10 * pass, 10 * pass + 10).sort()).toEqual([...examples]);
      }),
    );
  });

  it('gives a step its batch without the steps before', () => {
    expect(createDataOrder(examples, 7).batch(44, 4)).toEqual(Int32Array.from(firstOf(4, 7, 12).slice(44)));
  });
});

describe('the balanced order', () => {
  // 12 of class 0, 5 of class 2, 2 of class 3.
  const labels = Int32Array.from([...new Array<number>(12).fill(0), ...new Array<number>(5).fill(2), 3, 3]);
  const split = Int32Array.from(labels.keys());
  const take = (from: number, count: number, seed = 7): number[] => [
    ...createBalancedOrder(split, labels, seed).batch(from, count),
  ];

  it('shows every class equally often, and every example of a class as often as any other', () => {
    const stream = take(0, 19 * 6);
    const times = split.reduce((counts, example) => counts.set(example, 0), new Map<number, number>());
    stream.forEach((example) => times.set(example, times.get(example)! + 1));
    const ofClass = (label: number): number[] =>
      [...times].filter(([i]) => labels[i] === label).map(([, count]) => count);
    for (const label of [0, 2, 3]) {
      const counts = ofClass(label);
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe((19 * 6) / 3);
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    }
    // Passes of 19 examples have 6 or 7 of a class.
    const inPass = stream.slice(19, 38).filter((example) => labels[example] === 3).length;
    expect([6, 7]).toContain(inPass);
  });

  it('is one stream of the seed, which a step enters anywhere', () => {
    const stream = take(0, 60);
    expect(take(23, 30)).toEqual(stream.slice(23, 53));
    expect(take(0, 60, 8)).not.toEqual(stream);
    expect(stream.slice(0, 19)).not.toEqual([...stream.slice(0, 19)].sort((a, b) => a - b));
  });
});
