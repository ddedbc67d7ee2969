import fc from 'fast-check';
import { signedRankProbability } from '../../../../workflows/analysis/signed-rank';
import { PRUNERS } from '../../../../workflows/search/pruners';
import type { PrunableTrial, Verdict } from '../../../../workflows/search/pruners';
import { prunerSchema } from '../../../../workflows/spec/pruner';

const NAMES = Object.keys(PRUNERS);
const REQUIRED: Readonly<Record<string, object>> = { patience: { patience: 2 } };

const value = fc.oneof(
  { weight: 5, arbitrary: fc.double({ min: 0, max: 3, noNaN: true }) },
  fc.constantFrom(null, Number.NaN, Infinity, -Infinity, 0.5),
);

/** Any history that a search may have: each configuration has run to a rung of its own, to the end, or to a failure. */
function history(name: string, epochs: number): fc.Arbitrary<readonly PrunableTrial[]> {
  const options = prunerSchema.parse({ name, ...REQUIRED[name] });
  const one = fc.record({
    values: fc.array(value, { minLength: epochs, maxLength: epochs }),
    place: fc.nat(),
    status: fc.constantFrom('running', 'paused', 'ended', 'failed'),
  });
  return fc.array(one, { maxLength: 40 }).map((all) =>
    all.map(({ values, place, status }, number): PrunableTrial => {
      const rungs = PRUNERS[name]!.rungs(options, { epochs, number });
      const halted = status === 'paused' || status === 'running';
      const ends = halted ? rungs : [...rungs, epochs];
      const epoch = ends.length === 0 ? 0 : ends[place % ends.length]!;
      return {
        number,
        status: status === 'paused' && epoch === 0 ? 'running' : status,
        epoch,
        curve: values.slice(0, epoch).map((each, i) => ({ epoch: i + 1, value: each })),
      };
    }),
  );
}

function judge(name: string, trials: readonly PrunableTrial[], epochs: number): ReadonlyMap<number, Verdict> {
  return PRUNERS[name]!.judge({
    options: prunerSchema.parse({ name, ...REQUIRED[name] }),
    trials,
    epochs,
    objective: { direction: 'minimize' },
  });
}

it('has options for every pruner, and a pruner for all options', () => {
  expect(prunerSchema.options.map(({ shape }) => shape.name.value).sort()).toEqual([...NAMES].sort());
});

describe.each(NAMES)('%s', (name) => {
  const epochs = fc.integer({ min: 1, max: 30 });
  const any = epochs.chain((count) => fc.tuple(fc.constant(count), history(name, count)));
  const options = prunerSchema.parse({ name, ...REQUIRED[name] });

  it('pauses nobody at the end of its training, at no whole epoch, or twice at the same', () => {
    fc.assert(
      fc.property(epochs, fc.nat(200), (count, number) => {
        const rungs = PRUNERS[name]!.rungs(options, { epochs: count, number });
        expect([...new Set(rungs)].sort((a, b) => a - b)).toEqual(rungs);
        rungs.forEach((rung) => expect(Number.isInteger(rung) && rung >= 1 && rung < count).toBe(true));
      }),
    );
  });

  it('has one verdict for every paused configuration and none for others', () => {
    fc.assert(
      fc.property(any, ([count, trials]) => {
        const paused = trials.filter(({ status }) => status === 'paused').map(({ number }) => number);
        expect([...judge(name, trials, count).keys()].sort((a, b) => a - b)).toEqual(paused);
      }),
    );
  });

  it('judges by what is known and not by the order in which it is told, and writes into none of it', () => {
    fc.assert(
      fc.property(any, fc.nat(), ([count, trials], seed) => {
        const frozen = trials.map((trial) => Object.freeze({ ...trial, curve: Object.freeze([...trial.curve]) }));
        const turned = [
          ...frozen.slice(seed % (frozen.length || 1)),
          ...frozen.slice(0, seed % (frozen.length || 1)),
        ].reverse();
        const sorted = (verdicts: ReadonlyMap<number, Verdict>) => [...verdicts].sort(([a], [b]) => a - b);
        expect(sorted(judge(name, turned, count))).toEqual(sorted(judge(name, frozen, count)));
      }),
    );
  });

  it('promotes nobody whose values were never finite while others have been compared', () => {
    fc.assert(
      fc.property(any, ([count, trials]) => {
        const hopeless = trials.filter(
          ({ status, curve }) =>
            status === 'paused' &&
            curve.length > 0 &&
            curve.every((point) => point.value === null || !Number.isFinite(point.value)),
        );
        const verdicts = judge(name, trials, count);
        const others = trials.filter(({ status }) => status === 'ended').length;
        if (others >= 5 && name !== 'patience')
          hopeless.forEach(({ number }) => expect(verdicts.get(number)).not.toBe('promote'));
      }),
    );
  });
});

it.each(['asha', 'hyperband'])('%s gives nobody up for good: who waits may still be promoted', (name) => {
  fc.assert(
    fc.property(history(name, 27), (trials) => {
      expect([...judge(name, trials, 27).values()]).not.toContain('prune');
    }),
  );
});

it('asha lets as many stand above a rung as a third of those on it, whoever comes when', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 60 }), (values) => {
      let trials: readonly PrunableTrial[] = [];
      const promotions: number[] = [];
      for (const [number, each] of values.entries()) {
        trials = [...trials, { number, status: 'paused', epoch: 1, curve: [{ epoch: 1, value: each }] }];
        const verdicts = PRUNERS['asha']!.judge({
          options: { reductionFactor: 3, minEpochs: 1 },
          trials,
          epochs: 2,
          objective: { direction: 'minimize' },
        });
        for (const [promoted, verdict] of verdicts)
          if (verdict === 'promote' && trials[promoted]?.epoch === 1) promotions.push(promoted);
        // Who is promoted is off the rung, with a better or worse value higher up.
        trials = trials.map((trial) =>
          promotions.includes(trial.number) && trial.epoch === 1 ? { ...trial, status: 'running', epoch: 1 } : trial,
        );
      }
      expect(new Set(promotions).size).toBe(promotions.length);
      const best = [...values.keys()]
        .sort((a, b) => values[a]! - values[b]! || a - b)
        .slice(0, Math.floor(values.length / 3));
      expect(promotions).toEqual(expect.arrayContaining(best));
    }),
  );
});

describe('the signed-rank probability', () => {
  it('is that of going through all signs', () => {
    const difference = fc.constantFrom(-3, -2, -1, -0.5, 0, 0.5, 1, 2, 3, Infinity, -Infinity);
    fc.assert(
      fc.property(fc.array(difference, { maxLength: 8 }), (differences) => {
        const sizes = differences.map(Math.abs);
        const rank = (size: number): number =>
          sizes.filter((other) => other < size).length + (sizes.filter((other) => other === size).length + 1) / 2;
        const observed = differences.reduce((sum, one) => sum + (one > 0 ? rank(one) : 0), 0);
        let extreme = 0;
        for (let signs = 0; signs < 2 ** differences.length; signs++) {
          const sum = differences.reduce(
            (total, one, i) => total + (one !== 0 && Math.floor(signs / 2 ** i) % 2 === 1 ? rank(Math.abs(one)) : 0),
            0,
          );
          if (sum >= observed) extreme += 1;
        }
        expect(signedRankProbability(differences)).toBeCloseTo(extreme / 2 ** differences.length, 12);
      }),
    );
  });

  it('of n differences above 0 is 2^-n', () => {
    expect(
      [1, 2, 3, 4, 10].map((count) => signedRankProbability(Array.from({ length: count }, (_, i) => i + 1))),
    ).toEqual([1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 1024]);
  });
});
