import { batchSizeLadder } from '../../../workflows/stages/batch-size-ladder/stage';
import { StageInconclusive } from '../../../workflows/stages/stage';
import { answer, labels, ladder, LARGE, networkOn, rungs } from '../../support/ladder';
import { drive, FACTS, INCUMBENT } from '../../support/stages';
import type { Network } from '../../support/stages';

it('climbs by doubling in fresh processes, one at a time, with warm-up, timed steps and an evaluation', () => {
  const context = ladder({ batchSizeMax: 128 });
  const first = batchSizeLadder.suggest(context);
  expect(first).toMatchObject({
    label: 'rung 16',
    process: 'fresh',
    limit: { steps: 23 },
    record: { stepTimesAfter: 3 },
    evaluate: { validation: 'end' },
  });
  expect(batchSizeLadder.suggest({ ...context, trials: [{ spec: first! }] })).toBeUndefined();
  expect(rungs(drive(batchSizeLadder, context, { network: networkOn() }))).toEqual([16, 32, 64, 128]);
});

it("measures the study's own size too, and none above the training examples", () => {
  const own = { incumbent: { ...INCUMBENT, batchSize: 48 }, facts: { ...FACTS, trainExamples: 100 } };
  expect(rungs(answer({}, {}, own).context)).toEqual([16, 32, 48, 64]);
  expect(rungs(answer({}, {}, { facts: { ...FACTS, trainExamples: 10 } }).context)).toEqual([10]);
});

it('ends the climb at the knee: two doublings that gain less than a tenth', () => {
  // Throughput at 2^k relative to its limit is B / (B + 10): from 64 on doublings gain 7 %, 4 %.
  expect(rungs(answer({}, { overhead: 0.001 }).context)).toEqual([16, 32, 64, 128, 256]);
});

it('ends the climb where memory does, and never returns a size that did not run', () => {
  for (const objective of ['timeToTarget', 'throughput', 'largest']) {
    for (const fits of [16, 40, 100, 1000]) {
      const { hparams, context, evidence } = answer({ strategy: objective }, { fits });
      const size = Number(hparams['batchSize']);
      expect(size).toBeLessThanOrEqual(fits);
      expect(rungs(context)).toContain(size);
      expect(labels(context)).toContain(`soak ${size}`);
      expect(evidence.warnings.join()).toMatch(
        fits === 1000 && objective !== 'largest' ? /.*/ : /does not fit in memory/,
      );
    }
  }
});

it("leaves a margin below the memory's end", () => {
  // 64 fits, but 71 does not: the next lower rung is taken; with 80 it would have stayed.
  expect(answer({ strategy: 'largest' }, { fits: 66 }).hparams['batchSize']).toBe(32);
  const roomy = answer({ strategy: 'largest' }, { fits: 80 });
  expect(roomy.hparams['batchSize']).toBe(64);
  expect(labels(roomy.context)).toEqual([
    'rung 16',
    'rung 32',
    'rung 64',
    'rung 128',
    'rung 96',
    'rung 80',
    'margin 88',
    'soak 64',
  ]);
});

it('takes the next best size where the soak fails', () => {
  const network: Network = (spec, facts) =>
    networkOn({ fits: spec.label.startsWith('soak') ? 100 : Infinity })(spec, facts);
  const context = drive(batchSizeLadder, ladder({ strategy: 'largest', batchSizeMax: 256 }), { network });
  expect(labels(context).slice(-3)).toEqual(['soak 256', 'soak 128', 'soak 64']);
  expect(batchSizeLadder.decide(context)).toMatchObject({
    hparams: { batchSize: 64 },
    because: expect.stringContaining('the best of those that held'),
  });
});

it.each([
  ['sgd', 4],
  ['momentum', 4],
  ['adam', 2],
  ['adagrad', 2],
] as const)('co-scales the learning rate of %s by %d for four times the batch', (name, factor) => {
  const facts = { ...LARGE, training: { ...LARGE.training, optimizer: { name } } };
  expect(answer({ epochsFactorMax: 2 }, {}, { facts }).hparams).toMatchObject({
    batchSize: 128,
    learningRate: expect.closeTo(1e-3 * factor, 12),
  });
});

it('takes the smallest size within a tenth of the best throughput', () => {
  const { hparams, because } = answer({ strategy: 'throughput', batchSizeMax: 1024 });
  // B / (100 + B): 1024 gives 0.911, of which 0.9 is 0.82: reached at 512 with 0.837.
  expect(hparams['batchSize']).toBe(512);
  expect(because).toMatch(/smallest batch size within 10 % of the best throughput, with 8366 images a second/);
});

it('says what to do where not even the lowest size fits', () => {
  const context = drive(batchSizeLadder, ladder(), { network: networkOn({ fits: 8 }) });
  expect(() => batchSizeLadder.decide(context)).toThrow(StageInconclusive);
  expect(() => batchSizeLadder.decide(context)).toThrow('set batchSizeMin below 16, or use a smaller model');
});

it('decides without a race or a soak where the budget ends before, and trusts it less', () => {
  const context = drive(batchSizeLadder, ladder(), { network: networkOn(), trialsMax: 4 });
  expect(batchSizeLadder.decide(context)).toMatchObject({
    hparams: { batchSize: 32 },
    confidence: 'low',
    evidence: { warnings: ['batch size 32 was not soaked: only its rung shows that it fits'] },
  });
});
