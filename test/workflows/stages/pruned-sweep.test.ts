import fc from 'fast-check';
import { uniform } from '../../../workflows/search/random';
import type { Decision } from '../../../workflows/stages/stage';
import { sweepOptions } from '../../../workflows/stages/sweep/options';
import { regularizationSweep } from '../../../workflows/stages/sweep/stage';
import { costOfSegment, isFirstSegment } from '../../../workflows/trials/segments';
import type { Outcome } from '../../../workflows/words/outcome';
import type { TrialSpec } from '../../../workflows/words/trial';
import { drive, FACTS, INCUMBENT, OUTCOMES, shuffled } from '../../support/stages';
import type { Network } from '../../support/stages';
import { EPOCHS, falling, floorOf, fresh, inFull, searchSeed, secondsOf, specsOf, swept } from './pruned-sweeps';

const PRUNERS: readonly { readonly name: string; readonly [option: string]: unknown }[] = [
  { name: 'median' },
  { name: 'percentile', percentile: 30, startupTrials: 3 },
  { name: 'patience', patience: 2 },
  { name: 'asha' },
  { name: 'hyperband', minEpochs: 1 },
];

const tableOf = ({ evidence }: Decision, title: string) =>
  evidence.tables.find((table) => table.title.startsWith(title));

describe.each(PRUNERS)('a sweep with the pruner $name', (pruner) => {
  it('comes to as good an answer as one without, for less', () => {
    const whole = swept({});
    const pruned = swept({ pruner });
    const [before, after] = [whole, pruned].map((context) => regularizationSweep.decide(context));
    // In an evenly falling family of curves nothing is lost by looking early.
    expect(floorOf({ hparams: after!.hparams })).toBeLessThanOrEqual(floorOf({ hparams: before!.hparams }) + 0.01);
    if (pruner.name === 'patience') expect(secondsOf(pruned)).toBe(secondsOf(whole));
    else expect(secondsOf(pruned)).toBeLessThan(0.85 * secondsOf(whole));
  });

  it('never pauses the study as it stands or a replicate, and tries as many points', () => {
    const context = swept({ pruner });
    const first = context.trials.filter(isFirstSegment);
    expect(first.filter(({ spec }) => spec.seed === searchSeed(context))).toHaveLength(24);
    expect(context.trials[0]?.spec.pauseAfterEpochs).toBeUndefined();
    const replicates = specsOf(context).filter(({ seed }) => seed !== searchSeed(context));
    expect(replicates.length).toBe(8);
    replicates.forEach((spec) => expect([spec.pauseAfterEpochs, spec.continues]).toEqual([undefined, undefined]));
  });

  it('names segments by their training, each going on where the one before paused', () => {
    const specs = specsOf(swept({ pruner, replicates: 1 }));
    const known = new Map<string, TrialSpec>();
    for (const spec of specs) {
      const before = spec.continues === undefined ? undefined : known.get(spec.continues);
      if (spec.continues !== undefined) {
        expect(before).toBeDefined();
        const [training, segment = '1'] = spec.continues.split('.');
        expect(spec.trialId).toBe(`${training}.${Number(segment) + 1}`);
        expect(spec.pauseAfterEpochs ?? EPOCHS).toBeGreaterThan(before!.pauseAfterEpochs!);
        expect({ ...spec, trialId: '', label: '', continues: '', pauseAfterEpochs: 0 }).toEqual({
          ...before,
          trialId: '',
          label: '',
          continues: '',
          pauseAfterEpochs: 0,
        });
      }
      known.set(spec.trialId, spec);
    }
    expect(known.size).toBe(specs.length);
    expect(specs.filter(({ continues }) => continues === undefined).map(({ trialId }) => trialId)).toEqual(
      Array.from({ length: 24 }, (_, i) => `stage/${String(i).padStart(3, '0')}`),
    );
  });

  it('decides for a point trained in full, and says how many were not', () => {
    const network = falling(0.05);
    const context = swept({ pruner }, { network });
    const decision = regularizationSweep.decide(context);
    const full = inFull(context);
    expect(full.length).toBeGreaterThanOrEqual(4);
    expect(full).toContain(JSON.stringify(decision.hparams));
    decision.alternatives.forEach(({ hparams }) => expect(full).toContain(JSON.stringify(hparams)));
    const stopped = 24 - full.length;
    expect(tableOf(decision, 'Points of the space')?.rows.filter((row) => row.includes('pruned'))).toHaveLength(
      stopped,
    );
    if (stopped === 0) return;
    expect(decision.because).toContain(`; ${pruner.name} stopped ${stopped} of 23 other points early`);
    const saved = tableOf(decision, `Stopped early by ${pruner.name}`)?.rows.at(-1);
    // A second an epoch: the estimate is exact here.
    expect(saved).toEqual([
      'all',
      stopped,
      24 * EPOCHS - secondsOf(context) + 8 * EPOCHS,
      24 * EPOCHS - secondsOf(context) + 8 * EPOCHS,
    ]);
  });

  it('asks for the same trials in a reproducible study, in whatever order they end', () => {
    const facts = { ...FACTS, reproducible: true };
    const run = (seed: number) =>
      swept({ pruner }, { inOrder: true, parallel: 3, endsNext: shuffled(seed), network: falling(0.1) }, { facts });
    const [first, second] = [run(1), run(2)];
    expect(specsOf(second)).toEqual(specsOf(first));
    expect(regularizationSweep.decide(second)).toEqual(regularizationSweep.decide(first));
  });

  it('sees a training that another study took further as one that paused where it was asked to', () => {
    const facts = { ...FACTS, reproducible: true };
    // A store that knows everything: each segment comes back as the whole training.
    const knowing: Network = (spec, known) => {
      const { pauseAfterEpochs: _, ...whole } = spec;
      return falling(0.1)(whole, known);
    };
    const how = { inOrder: true, parallel: 2 };
    const [plain, known] = [
      swept({ pruner }, { ...how, network: falling(0.1) }, { facts }),
      swept({ pruner }, { ...how, network: knowing }, { facts }),
    ];
    expect(specsOf(known)).toEqual(specsOf(plain));
    expect([regularizationSweep.decide(known).hparams, regularizationSweep.decide(known).because]).toEqual([
      regularizationSweep.decide(plain).hparams,
      regularizationSweep.decide(plain).because,
    ]);
  });

  it('ends, loses no training and keeps to its estimate, whatever becomes of its trials', () => {
    const kinds = ['diverged', 'dead', 'outOfMemory', 'earlyStopped'] as const;
    const fate = fc.oneof({ weight: 3, arbitrary: fc.constant('trains' as const) }, fc.constantFrom(...kinds));
    fc.assert(
      fc.property(
        fc.array(fate, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 4 }),
        fc.nat(),
        (fates, parallel, seed) => {
          const network: Network = (spec, facts) => {
            const own = fates[Number(/\/(\d+)/.exec(spec.trialId)?.[1]) % fates.length]!;
            // Some fail at once, some in a later segment.
            if (
              own === 'trains' ||
              (spec.continues === undefined && seed % 2 === 0 && spec.pauseAfterEpochs !== undefined)
            )
              return falling(0.2)(spec, facts);
            return own === 'earlyStopped' ? asEarlyStopped(falling(0.2)(spec, facts)) : OUTCOMES[own](spec, facts);
          };
          const context = swept({ pruner, trials: 10 }, { network, parallel, endsNext: shuffled(seed) });
          const paused = context.trials.filter(
            ({ spec, result }) =>
              result?.outcome.status === 'paused' &&
              !context.trials.some(({ spec: { continues } }) => continues === spec.trialId),
          );
          const ended = context.trials.filter(
            ({ result }) => result !== undefined && result.outcome.status !== 'paused',
          );
          const { trials, examples } = regularizationSweep.estimate({ ...context, trials: [] });
          // Every training is paused or has ended: none is lost on its way.
          expect(paused.length + ended.length).toBe(context.trials.filter(isFirstSegment).length);
          expect(paused.length + ended.length).toBeLessThanOrEqual(trials);
          expect(
            context.trials.reduce((sum, trial) => sum + costOfSegment(context.trials, trial).examples, 0),
          ).toBeLessThanOrEqual(examples);
        },
      ),
      { numRuns: 12 },
    );
  });
});

function asEarlyStopped(outcome: Outcome): Outcome {
  return outcome.status === 'completed' ? { ...outcome, status: 'earlyStopped' } : outcome;
}

describe('a sweep with wilcoxon', () => {
  const space = { dropoutRate: { choice: [0, 0.1, 0.2, 0.3] } };
  const options = { pruner: { name: 'wilcoxon' }, space, trials: 5, sampler: { name: 'grid' }, replicates: 8 };
  const byDropout: Network = (spec, facts) => {
    const outcome = falling(0)(spec, facts) as Extract<Outcome, { readonly status: 'completed' }>;
    const valLoss =
      Number(spec.hparams['dropoutRate']) +
      0.02 * uniform(spec.seed, 3) +
      0.001 * uniform(spec.seed, Math.round(10 * Number(spec.hparams['dropoutRate'])));
    return {
      status: 'completed',
      measurement: { ...outcome.measurement, best: { ...outcome.measurement.best!, values: { valLoss } } },
    };
  };

  it('saves further seeds of points that are worse beyond chance, and keeps the study as it stands', () => {
    const large = { ...fresh(options), facts: { ...FACTS, validationExamples: 10_000 } };
    const context = drive(regularizationSweep, large, { network: byDropout, parallel: 1 });
    const seeds = (rate: number): number =>
      specsOf(context).filter(({ hparams }) => hparams['dropoutRate'] === rate).length;
    // Four seeds that are all worse have a probability of 1/16.
    expect([0, 0.1, 0.2, 0.3].map(seeds)).toEqual([8, 4, 4, 4]);
    expect(regularizationSweep.decide(context)).toMatchObject({ hparams: INCUMBENT, confidence: 'high' });
  });

  it('is refused where there are too few seeds for it to save any', () => {
    const { error } = sweepOptions.safeParse({ ...options, replicates: 4 });
    expect(error?.issues).toMatchObject([
      { path: ['replicates'], message: 'must be at least 5 for the pruner wilcoxon: of fewer seeds it can save none' },
    ]);
  });
});

describe('a sweep with asha and wilcoxon', () => {
  const options = { trials: 24, replicates: 8, pruner: [{ name: 'asha' }, { name: 'wilcoxon' }] };
  const costs = (pruner: unknown): { readonly pauses: number; readonly seeds: number } => {
    const specs = specsOf(swept({ ...options, pruner }, { network: falling(0) }));
    const own = specs[0]!.seed;
    return {
      pauses: specs.filter(({ pauseAfterEpochs }) => pauseAfterEpochs !== undefined).length,
      seeds: specs.filter(({ seed }) => seed !== own).length,
    };
  };

  it('pauses trainings as asha does, and saves seeds as wilcoxon does', () => {
    const both = costs(options.pruner);
    expect(both.pauses).toBe(costs({ name: 'asha' }).pauses);
    expect(both.seeds).toBeLessThan(costs({ name: 'asha' }).seeds);
  });

  it('says who stopped points on their way', () => {
    expect(regularizationSweep.decide(swept(options)).because).toMatch(/asha stopped \d+ of 23 other points early/);
  });

  it('asks of both what they ask of a study, and refuses rivals', () => {
    const rules = (changes: object): unknown =>
      sweepOptions
        .safeParse({ space: { dropoutRate: { uniform: [0, 0.5] } }, ...options, ...changes })
        .error?.issues.map(({ message }) => message);
    expect(rules({})).toBeUndefined();
    expect(rules({ replicates: 3 })).toEqual([expect.stringMatching(/^must be at least 5 for the pruner wilcoxon/)]);
    expect(rules({ pruner: [{ name: 'asha' }, { name: 'hyperband' }, { name: 'none' }] })).toEqual([
      'must not be hyperband beside asha: one of them is enough',
      'must be a pruner that stops something where there are several: leave none out',
    ]);
  });
});
