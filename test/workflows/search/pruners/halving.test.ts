import { PRUNERS } from '../../../../workflows/search/pruners';
import type { PrunableTrial, Verdict } from '../../../../workflows/search/pruners';

const asha = PRUNERS['asha']!;
const hyperband = PRUNERS['hyperband']!;
const OPTIONS = { reductionFactor: 3, minEpochs: 1 };
const EPOCHS = 27;

function paused(number: number, ...values: readonly [epoch: number, value: number | null][]): PrunableTrial {
  return {
    number,
    status: 'paused',
    epoch: values.at(-1)![0],
    curve: values.map(([epoch, value]) => ({ epoch, value })),
  };
}

function verdicts(
  trials: readonly PrunableTrial[],
  direction: 'minimize' | 'maximize' = 'minimize',
): readonly (readonly [number, Verdict])[] {
  return [...asha.judge({ options: OPTIONS, trials, epochs: EPOCHS, objective: { direction } })].sort(
    ([a], [b]) => a - b,
  );
}

const promoted = (trials: readonly PrunableTrial[], direction?: 'minimize' | 'maximize'): readonly number[] =>
  verdicts(trials, direction).flatMap(([number, verdict]) => (verdict === 'promote' ? [number] : []));

describe('asha', () => {
  it('has rungs at the first number of epochs and each time so many times as many, while a training goes on after them', () => {
    const rungs = (options: object, epochs: number) => asha.rungs(options, { epochs, number: 3 });
    expect(rungs(OPTIONS, 27)).toEqual([1, 3, 9]);
    expect(rungs(OPTIONS, 28)).toEqual([1, 3, 9, 27]);
    expect(rungs({ reductionFactor: 4, minEpochs: 2 }, 60)).toEqual([2, 8, 32]);
    expect(rungs({ reductionFactor: 3 }, 20)).toEqual([2, 6, 18]);
    expect(rungs(OPTIONS, 1)).toEqual([]);
  });

  // By algorithm 2 of arXiv:1810.05934 with a reduction factor of 3: worked out by hand.
  it('promotes the best third of a rung as it fills, and more of it as worse ones come', () => {
    const first = [paused(1, [1, 0.5]), paused(2, [1, 0.4])];
    expect(promoted(first)).toEqual([]);
    const three = [...first, paused(3, [1, 0.6])];
    expect(promoted(three)).toEqual([2]);
    // The second has gone on: it keeps its place on the lower rung, so nobody else moves up before there are six.
    const moved = [three[0]!, paused(2, [1, 0.4], [3, 0.3]), three[2]!, paused(4, [1, 0.7]), paused(5, [1, 0.45])];
    expect(promoted(moved)).toEqual([]);
    const six = [...moved, paused(6, [1, 0.8])];
    expect(promoted(six)).toEqual([5]);
    const upper = [
      paused(1, [1, 0.5]),
      paused(2, [1, 0.4], [3, 0.3]),
      paused(3, [1, 0.6]),
      paused(4, [1, 0.7]),
      paused(5, [1, 0.45], [3, 0.35]),
      paused(6, [1, 0.8]),
      paused(7, [1, 0.41], [3, 0.25]),
      paused(8, [1, 0.9]),
      paused(9, [1, 0.95]),
    ];
    expect(verdicts(upper)).toEqual([
      [1, 'wait'],
      [2, 'wait'],
      [3, 'wait'],
      [4, 'wait'],
      [5, 'wait'],
      [6, 'wait'],
      [7, 'promote'],
      [8, 'wait'],
      [9, 'wait'],
    ]);
  });

  it('follows the direction of the objective', () => {
    expect(promoted([paused(1, [1, 0.5]), paused(2, [1, 0.4]), paused(3, [1, 0.6])], 'maximize')).toEqual([3]);
  });

  it('gives ties to who came first, and counts losses that are not finite as the worst', () => {
    expect(promoted([paused(3, [1, 0.5]), paused(1, [1, 0.5]), paused(2, [1, 0.5])])).toEqual([1]);
    expect(promoted([paused(1, [1, null]), paused(2, [1, Number.NaN]), paused(3, [1, 0.6])])).toEqual([3]);
    expect(promoted([paused(1, [1, null]), paused(2, [1, null]), paused(3, [1, null])])).toEqual([]);
  });

  it('counts who failed on the way to a rung as the worst on it, and who stopped early before it by its last value', () => {
    const failed: PrunableTrial = { number: 1, status: 'failed', epoch: 0, curve: [] };
    expect(promoted([failed, { ...failed, number: 2 }, paused(3, [1, 0.9])])).toEqual([3]);
    const onSecond = [paused(1, [1, 0.2], [3, 0.2]), paused(2, [1, 0.2], [3, 0.4])];
    const late: PrunableTrial = { number: 3, status: 'failed', epoch: 1, curve: [{ epoch: 1, value: 0.3 }] };
    expect(promoted([...onSecond, late])).toEqual([1]);
    const early: PrunableTrial = {
      number: 3,
      status: 'ended',
      epoch: 1,
      curve: [
        { epoch: 1, value: 0.3 },
        { epoch: 2, value: 0.1 },
      ],
    };
    expect(promoted([...onSecond, early])).toEqual([]);
  });
});

describe('hyperband', () => {
  const firstRungs = (count: number, epochs = EPOCHS): readonly (number | undefined)[] =>
    Array.from({ length: count }, (_, number) => hyperband.rungs(OPTIONS, { epochs, number })[0]);

  it('shares configurations out over brackets by the weights of the paper', () => {
    // Four brackets of 27, 12, 6 and 4 in 49: B = 4, ceil(4 * 3^s / (s + 1)).
    const shared = firstRungs(98);
    expect([1, 3, 9, undefined].map((rung) => shared.filter((first) => first === rung).length)).toEqual([
      54, 24, 12, 8,
    ]);
    // Every start of the list is shared out alike: nobody is more than one away from its share.
    for (let count = 1; count <= 98; count++)
      expect(Math.abs(firstRungs(count).filter((first) => first === 1).length - (27 / 49) * count)).toBeLessThan(1);
  });

  it('begins each bracket at a later rung of the same ladder', () => {
    const all = Array.from({ length: 49 }, (_, number) => hyperband.rungs(OPTIONS, { epochs: 20, number }).join());
    expect([...new Set(all)].sort()).toEqual(['1,3,9', '3,9', '9']);
  });

  it('compares within a bracket only', () => {
    const numbers = Array.from({ length: 49 }, (_, number) => number).filter(
      (number) => hyperband.rungs(OPTIONS, { epochs: EPOCHS, number })[0] === 3,
    );
    const others = Array.from({ length: 49 }, (_, number) => number).filter(
      (number) => hyperband.rungs(OPTIONS, { epochs: EPOCHS, number })[0] === 1,
    );
    const trials = [
      ...others.slice(0, 9).map((number) => paused(number, [1, 0.1], [3, 0.1])),
      paused(numbers[0]!, [3, 0.9]),
      paused(numbers[1]!, [3, 0.8]),
    ];
    const judged = (more: readonly PrunableTrial[]) =>
      hyperband.judge({
        options: OPTIONS,
        trials: [...trials, ...more],
        epochs: EPOCHS,
        objective: { direction: 'minimize' },
      });
    expect(judged([]).get(numbers[1]!)).toBe('wait');
    expect(judged([paused(numbers[2]!, [3, 0.95])]).get(numbers[1]!)).toBe('promote');
  });
});
