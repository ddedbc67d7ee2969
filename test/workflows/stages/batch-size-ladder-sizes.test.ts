import fc from 'fast-check';
import { batchSizeLadder } from '../../../workflows/stages/batch-size-ladder/stage';
import { StageInconclusive } from '../../../workflows/stages/stage';
import type { Decision, StageContext } from '../../../workflows/stages/stage';
import type { TrialSpec } from '../../../workflows/words/trial';
import { completed, contextOf, drive, FACTS, INCUMBENT, optionsOf, OUTCOMES, shuffled } from '../../support/stages';
import type { Network } from '../../support/stages';

const sizeOf = (spec: TrialSpec): number => Number(spec.hparams['batchSize']);

/** A step of 10 ms and 0.1 ms an example, in a memory that holds so many examples. */
const fits =
  (most: number): Network =>
  (spec, facts) => {
    const size = sizeOf(spec);
    if (size > most) return OUTCOMES.outOfMemory(spec, facts);
    const seconds = 0.01 + 1e-4 * size;
    return completed(
      0.5,
      spec.record.stepTimesAfter === undefined
        ? {}
        : { stepSeconds: { median: seconds, p10: seconds, p90: seconds, count: 20 } },
    );
  };

const LARGE = { ...FACTS, trainExamples: 50_000 };
const fresh = (options: object = {}, changes: object = {}) =>
  contextOf(optionsOf('batchSizeLadder', options), { facts: LARGE, ...changes });
const labels = ({ trials }: StageContext<unknown>): readonly string[] => trials.map(({ spec }) => spec.label);
const rungs = (context: StageContext<unknown>): readonly number[] =>
  labels(context)
    .filter((label) => label.startsWith('rung'))
    .map((label) => Number(label.split(' ')[1]));
const largest = (most: number, options: object = {}): StageContext<unknown> =>
  drive(batchSizeLadder, fresh({ strategy: 'largest', memoryMargin: 0, ...options }), { network: fits(most) });

it('halves what lies between the last size that fits and the first that does not, to the resolution asked for', () => {
  expect(rungs(largest(100))).toEqual([16, 32, 64, 128, 96, 112]);
  expect(rungs(largest(100, { resolution: 1 }))).toEqual([16, 32, 64, 128]);
  expect(rungs(largest(100, { resolution: 0.05 }))).toEqual([16, 32, 64, 128, 96, 112, 104, 100]);
  expect(rungs(largest(17, { resolution: 0.01 })).slice(2)).toEqual([24, 20, 18, 17]);
});

it('comes as near to the end of the memory as the resolution says, whatever it is', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 16, max: 4000 }),
      fc.double({ min: 0.01, max: 1, noNaN: true }),
      (most, resolution) => {
        const context = fresh({ strategy: 'largest', memoryMargin: 0, resolution });
        const size = sizeOf({
          hparams: batchSizeLadder.decide(drive(batchSizeLadder, context, { network: fits(most) })).hparams,
        } as TrialSpec);
        expect(size).toBeLessThanOrEqual(most);
        expect(most + 1 - size).toBeLessThanOrEqual(Math.max(1, resolution * size));
      },
    ),
    { numRuns: 60 },
  );
});

it('looks for no size between where no rung fits, and where more throughput cannot come of it', () => {
  expect(rungs(largest(8))).toEqual([16]);
  const saturated: Network = (spec, facts) => {
    if (sizeOf(spec) > 200) return OUTCOMES.outOfMemory(spec, facts);
    const seconds = 1e-4 * sizeOf(spec);
    return completed(0.5, { stepSeconds: { median: seconds, p10: seconds, p90: seconds, count: 20 } });
  };
  expect(
    rungs(
      drive(
        batchSizeLadder,
        fresh({ strategy: 'throughput', batchSizeMin: 64 }, { incumbent: { ...INCUMBENT, batchSize: 64 } }),
        { network: saturated },
      ),
    ),
  ).toEqual([64, 128, 256, 192]);
});

it('measures sizes by trials that no later study need measure again: neither its seed nor its learning rate is theirs', () => {
  const contents = (changes: object): readonly object[] =>
    drive(batchSizeLadder, fresh({ strategy: 'throughput' }, changes), { network: fits(1000) })
      .trials.filter(({ spec }) => /^(rung|margin)/.test(spec.label))
      .map(({ spec: { trialId: _, ...content } }) => content);
  const later = contents({
    stageId: 'batch-size-ladder-2',
    seed: 99,
    incumbent: { ...INCUMBENT, learningRate: 0.0321 },
  });
  expect(later.length).toBeGreaterThan(6);
  expect(later).toEqual(contents({}));
});

it('soaks with the learning rate that it answers with, and trusts a soak that breaks down as little as a guess', () => {
  const network: Network = (spec, facts) =>
    spec.label.startsWith('soak') ? OUTCOMES.diverged(spec, facts) : fits(1e6)(spec, facts);
  const context = drive(batchSizeLadder, fresh({ strategy: 'largest', batchSizeMax: 128 }), { network });
  const decision = batchSizeLadder.decide(context);
  expect(context.trials.at(-1)?.spec).toMatchObject({ label: 'soak 128', hparams: decision.hparams });
  expect(context.trials.slice(-3).map(({ spec }) => spec.hparams['learningRate'])).toEqual([0.002, 6.67e-4, 2.22e-4]);
  expect(decision).toMatchObject({ hparams: { batchSize: 128 }, confidence: 'low' });
  expect(decision.doubts).toContain('the soak broke down');
  expect(decision.evidence.warnings.join()).toContain(
    'the soak of batch size 128 broke down: a learning rate of 2.22e-4 may be too high',
  );
});

it('never answers with a size that has not run, nor with one that ever ran out of memory, whatever happens', () => {
  const kinds = ['completed', 'completed', 'completed', 'diverged', 'dead', 'outOfMemory'] as const;
  const options = fc.record({
    strategy: fc.constantFrom('timeToTarget', 'throughput', 'largest', 'ruleOfThumb'),
    batchSizeMin: fc.integer({ min: 1, max: 64 }),
    batchSizeMax: fc.integer({ min: 64, max: 5000 }),
    resolution: fc.constantFrom(0.01, 0.1, 0.25, 1),
    memoryMargin: fc.constantFrom(0, 0.1, 0.5),
  });
  fc.assert(
    fc.property(
      options,
      fc.array(fc.constantFrom(...kinds), { minLength: 1, maxLength: 30 }),
      fc.integer({ min: 1, max: 10_000 }),
      fc.integer({ min: 1, max: 300 }),
      fc.nat(),
      (asked, outcomes, most, own, seed) => {
        let asks = 0;
        const network: Network = (spec, facts) =>
          (sizeOf(spec) > most ? OUTCOMES.outOfMemory : OUTCOMES[outcomes[asks++ % outcomes.length]!])(spec, facts);
        const context = drive(batchSizeLadder, fresh(asked, { incumbent: { ...INCUMBENT, batchSize: own } }), {
          network,
          parallel: 2,
          endsNext: shuffled(seed),
        });
        expect(context.trials.length).toBeLessThanOrEqual(batchSizeLadder.estimate(context).trials);
        const decision = answerOf(context);
        if (decision === undefined) return;
        const ended = (size: number): readonly string[] =>
          context.trials.filter(({ spec }) => sizeOf(spec) === size).map(({ result }) => result!.outcome.status);
        for (const { hparams } of [decision, ...decision.alternatives]) {
          expect(ended(Number(hparams['batchSize']))).toContain('completed');
          expect(ended(Number(hparams['batchSize']))).not.toContain('outOfMemory');
        }
      },
    ),
    { numRuns: 300 },
  );
});

function answerOf(context: StageContext<ReturnType<typeof fresh>['options']>): Decision | undefined {
  try {
    return batchSizeLadder.decide(context);
  } catch (error) {
    if (error instanceof StageInconclusive) return undefined;
    throw error;
  }
}
