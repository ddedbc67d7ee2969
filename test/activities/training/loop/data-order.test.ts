import fc from 'fast-check';
import { createDataOrder } from '../../../../activities/training/loop/data-order';
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
