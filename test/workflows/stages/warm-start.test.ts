import fc from 'fast-check';
import { regularizationSweep } from '../../../workflows/stages/sweep/stage';
import { observed } from '../../../workflows/stages/sweep/imported';
import type { ImportedTrials } from '../../../workflows/stages/sweep/imported';
import type { SweepOptions } from '../../../workflows/stages/sweep/options';
import type { StageContext } from '../../../workflows/stages/stage';
import type { HParams } from '../../../workflows/words/trial';
import { completed, contextOf, drive, FACTS, OUTCOMES, optionsOf, shuffled } from '../../support/stages';
import type { DriveOptions, Network } from '../../support/stages';

const SPACE = { weightDecay: { logUniform: [1e-6, 1e-1] }, dropoutRate: { uniform: [0, 0.6] } };

/** Best at weightDecay 1e-3 and dropoutRate 0.25. */
const lossAt = ({ weightDecay, dropoutRate }: HParams): number =>
  0.3 + 0.05 * (Math.log10(Math.max(1e-7, Number(weightDecay))) + 3) ** 2 + ((Number(dropoutRate) - 0.25) / 0.9) ** 2;
const planted: Network = ({ hparams }) => completed(lossAt(hparams));

/** A grid over the space, scored by somebody else. */
function imported(score: (hparams: HParams) => number | null, sameScale = false): ImportedTrials {
  const trials = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1].flatMap((weightDecay) =>
    [0, 0.1, 0.25, 0.4, 0.6].map((dropoutRate) => ({ weightDecay, dropoutRate })),
  );
  return {
    from: 'csv old.csv',
    sameScale,
    notes: ['1 of 31 trials could not be used: 1 not ended'],
    trials: trials.map((hparams) => ({ hparams, score: score(hparams) })),
  };
}

function sweep(
  options: object,
  how: DriveOptions & {
    readonly imported?: readonly ImportedTrials[];
    readonly changes?: Partial<StageContext<unknown>>;
  } = {},
): StageContext<SweepOptions> {
  const parsed = {
    ...optionsOf('regularizationSweep', { space: SPACE, replicates: 1, ...options }),
    ...(how.imported && { imported: how.imported }),
  } as SweepOptions;
  return drive(regularizationSweep, contextOf(parsed, how.changes as Partial<StageContext<SweepOptions>>), {
    network: planted,
    ...how,
  });
}

const points = ({ trials }: StageContext<SweepOptions>): readonly HParams[] => trials.map(({ spec }) => spec.hparams);
const near = ({ weightDecay, dropoutRate }: HParams): boolean =>
  Math.abs(Math.log10(Number(weightDecay)) + 3) < 1 && Math.abs(Number(dropoutRate) - 0.25) < 0.15;

describe('imported trials', () => {
  const TPE = { sampler: { name: 'tpe' }, trials: 11 };
  const hits = (imports: readonly ImportedTrials[]): number =>
    [1, 2, 3, 4, 5].reduce(
      (sum, seed) =>
        sum +
        points(sweep(TPE, { imported: imports, changes: { seed } }))
          .slice(1)
          .filter(near).length,
      0,
    );
  const cold = hits([]);

  it('steer tpe from its first suggestion on', () => {
    expect(hits([imported(lossAt, true)])).toBeGreaterThan(2 * cold);
  });

  it('steer it as well with scores of another scale, whose order alone counts', () => {
    expect(hits([imported((hparams) => 1000 * lossAt(hparams) - 5000)])).toBeGreaterThan(2 * cold);
    expect(hits([imported((hparams) => 1000 * lossAt(hparams) - 5000)])).toBe(hits([imported(lossAt)]));
  });

  it('steer it away where they were bad', () => {
    const wrong = imported((hparams) => -lossAt(hparams));
    expect(hits([wrong])).toBeLessThan(hits([imported(lossAt)]) / 2);
  });

  it('are neither run nor counted, and never win, however good their scores', () => {
    const context = sweep({ ...TPE, replicates: 2 }, { imported: [imported(() => -1e9, true)] });
    const decision = regularizationSweep.decide(context);
    const own = context.trials.map(({ spec }) => spec.hparams);
    expect(
      [decision.hparams, ...decision.alternatives.map(({ hparams }) => hparams)].every((hparams) =>
        own.some((point) => JSON.stringify(point) === JSON.stringify(hparams)),
      ),
    ).toBe(true);
    expect(decision.evidence.trialIds).toHaveLength(context.trials.length);
    expect(context.trials.filter(({ spec }) => spec.seed === context.trials[0]?.spec.seed)).toHaveLength(11);
  });

  it('are told of in the decision, with what could not be used', () => {
    expect(regularizationSweep.decide(sweep(TPE, { imported: [imported(lossAt)] })).evidence.warnings).toEqual(
      expect.arrayContaining([
        '30 trials of csv old.csv guided the search by the order of their scores; they were not run here',
        'of csv old.csv: 1 of 31 trials could not be used: 1 not ended',
      ]),
    );
  });

  it('may all be bad, or of one score, or a single one', () => {
    for (const trials of [
      imported(() => null),
      imported(() => 1),
      { ...imported(lossAt), trials: imported(lossAt).trials.slice(0, 1) },
    ]) {
      expect(points(sweep(TPE, { imported: [trials] }))).toHaveLength(11);
    }
  });

  it('give the same points in a reproducible study, in whatever order trials end', () => {
    const run = (seed: number) =>
      points(
        sweep(TPE, {
          imported: [imported(lossAt)],
          parallel: 3,
          inOrder: true,
          endsNext: shuffled(seed),
          changes: { facts: { ...FACTS, reproducible: true } },
        }),
      );
    expect(run(1)).toEqual(run(2));
  });

  it('leave the points of a small space to be run here', () => {
    const space = { dropoutRate: { choice: [0, 0.2, 0.4] } };
    const known: ImportedTrials = {
      from: 'x',
      sameScale: true,
      notes: [],
      trials: [0.2, 0.4].map((dropoutRate) => ({ hparams: { dropoutRate }, score: dropoutRate })),
    };
    expect(
      points(sweep({ ...TPE, space }, { imported: [known] }))
        .map(({ dropoutRate }) => dropoutRate)
        .sort(),
    ).toEqual([0, 0.2, 0.4]);
  });
});

describe('scores of several scales', () => {
  const own = [
    { hparams: { a: 1 }, score: 5 },
    { hparams: { a: 2 }, score: 3 },
    { hparams: { a: 3 }, score: undefined },
    { hparams: { a: 4 }, score: null },
  ];
  const from = (scores: readonly (number | null)[], sameScale: boolean): ImportedTrials => ({
    from: '',
    sameScale,
    notes: [],
    trials: scores.map((score, i) => ({ hparams: { a: 10 + i }, score })),
  });

  it("stay as they are where all are of the study's own", () => {
    expect(observed([from([1, null], true)], own, 'maximize')).toMatchObject({
      direction: 'maximize',
      observations: [{ score: 1, elsewhere: true }, { score: null }, { score: 5 }, { score: 3 }, {}, { score: null }],
    });
  });

  it('become places from the best to the worst, each group by itself', () => {
    const { observations, direction } = observed([from([900, 700, 700, null], false)], own, 'maximize');
    expect([direction, observations.map(({ score }) => score)]).toEqual([
      'minimize',
      [1 / 6, 4 / 6, 4 / 6, null, 1 / 4, 3 / 4, undefined, null],
    ]);
  });

  it('keep their order, whatever they are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 2 }),
        fc.constantFrom('minimize', 'maximize'),
        (scores, direction) => {
          const places = observed([from(scores, false)], [], direction).observations.map(({ score }) => Number(score));
          scores.forEach((score, i) => {
            expect(places[i]).toBeGreaterThan(0);
            expect(places[i]).toBeLessThan(1);
            if (i > 0)
              expect(Math.sign(places[i]! - places[i - 1]!)).toBe(
                Math.sign(score - scores[i - 1]!) * (direction === 'minimize' ? 1 : -1) + 0,
              );
          });
        },
      ),
    );
  });
});

describe('enqueued points', () => {
  it('says of those that the budget cut that nobody tried them', () => {
    const enqueue = [0.1, 0.2, 0.3, 0.4, 0.5, 0.55, 0.58].map((dropoutRate) => ({ dropoutRate }));
    const warningsOf = (trials: number): readonly string[] => {
      const context = contextOf(optionsOf('regularizationSweep', { space: SPACE, enqueue, trials: 9, replicates: 1 }), {
        remaining: { deviceSeconds: Infinity, trials },
      });
      return regularizationSweep.decide(drive(regularizationSweep, context)).evidence.warnings;
    };
    expect(warningsOf(7)).toContain('1 enqueued point of 7 not tried, for the search ended before: dropoutRate 0.58');
    expect(warningsOf(2)).toContain(
      '6 enqueued points of 7 not tried, for the search ended before: dropoutRate 0.2; dropoutRate 0.3; dropoutRate 0.4; dropoutRate 0.5; dropoutRate 0.55; and 1 more',
    );
    expect(warningsOf(9).join()).not.toContain('not tried');
  });

  const known = [{ dropoutRate: 0.3, weightDecay: 1e-4 }, { dropoutRate: 0.5 }];

  it.each(['random', 'halton', 'sobol', 'tpe', 'grid'])(
    'are run right after the study as it stands, before %s suggests any',
    (name) => {
      const tried = points(
        sweep({ enqueue: known, trials: 20, sampler: { name, ...(name === 'grid' && { levels: 4 }) } }),
      );
      expect(tried[1]).toMatchObject(known[0]!);
      expect(tried[2]).toEqual({ ...tried[0], dropoutRate: 0.5 });
      const suggested = points(sweep({ trials: 18, sampler: { name, ...(name === 'grid' && { levels: 4 }) } })).slice(
        1,
      );
      if (name !== 'tpe') expect(tried.slice(3)).toEqual(suggested);
    },
  );

  it('are run once, and not at all where they are the study as it stands', () => {
    const tried = points(
      sweep({ enqueue: [{ dropoutRate: 0 }, { dropoutRate: 0.5 }, { dropoutRate: 0.5 }], trials: 6 }),
    );
    expect(tried.filter(({ dropoutRate, weightDecay }) => dropoutRate === 0.5 && weightDecay === 0)).toHaveLength(1);
    expect(tried).toHaveLength(6);
  });

  it('win like any other, with further seeds', () => {
    const context = sweep({
      enqueue: [{ weightDecay: 1e-3, dropoutRate: 0.25 }],
      trials: 4,
      replicates: 3,
      sampler: { name: 'random' },
    });
    expect(regularizationSweep.decide(context).hparams).toMatchObject({ weightDecay: 1e-3, dropoutRate: 0.25 });
  });

  it('of a running study follow those of its file', () => {
    const tried = points(
      sweep({ enqueue: known, trials: 6 }, { changes: { enqueued: [{ dropoutRate: 0.1 }, { dropoutRate: 0.5 }] } }),
    );
    expect(tried.slice(1, 4).map(({ dropoutRate }) => dropoutRate)).toEqual([0.3, 0.5, 0.1]);
  });

  it('that fail are failures like any', () => {
    const network: Network = (spec, facts) =>
      spec.hparams['dropoutRate'] === 0.5 ? OUTCOMES.diverged(spec, facts) : planted(spec, facts);
    const decision = regularizationSweep.decide(sweep({ enqueue: known, trials: 6 }, { network }));
    expect(decision.evidence.warnings).toContainEqual(expect.stringMatching(/1 point of 6 failed: 1 diverged/));
  });

  it.each([
    [{}, /hparams must name at least one hyperparameter of the space: weightDecay, dropoutRate/],
    [
      { dropoutRate: 0.7, momentum: 0.9 },
      /^dropoutRate must lie between 0 and 0.6, got 0.7; momentum is not in the space, which has weightDecay, dropoutRate, got 0.9$/,
    ],
    [{ dropoutRate: 0 }, /^this point is the study as it stands, which is tried anyway$/],
    [{ dropoutRate: 0.3, weightDecay: 1e-4 }, /^stage has tried this point already$/],
    [{ dropoutRate: 0.45 }, /^the search of stage has room for 3 trials, all of which are run or enqueued$/],
  ])('%j is refused in one sentence while the search runs', (hparams, message) => {
    const context = sweep({ enqueue: known, trials: 3 });
    expect(regularizationSweep.refuseEnqueued?.(context, hparams)).toMatch(message);
  });

  it('are taken while there is room', () => {
    const context = sweep({ trials: 5 }, { trialsMax: 3 });
    expect(regularizationSweep.refuseEnqueued?.(context, { dropoutRate: 0.45 })).toBeUndefined();
  });
});
