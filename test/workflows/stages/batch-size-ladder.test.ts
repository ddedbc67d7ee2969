import { batchSizeLadder } from '../../../workflows/stages/batch-size-ladder/stage';
import { StageInconclusive } from '../../../workflows/stages/stage';
import type { Decision, StageContext, StudyFacts } from '../../../workflows/stages/stage';
import { epochEndStep, stepsOf } from '../../../workflows/trials/length';
import type { EpochMeasurement, Outcome } from '../../../workflows/words/outcome';
import type { TrialSpec } from '../../../workflows/words/trial';
import { completed, contextOf, drive, FACTS, INCUMBENT, optionsOf, OUTCOMES } from '../../support/stages';
import type { Network } from '../../support/stages';

interface Machine {
  readonly overhead: number;
  readonly perExample: number;
  /** Steps to the target grow as 1 + critical / B towards small batches. */
  readonly critical: number;
  readonly fits: number;
}

const MACHINE: Machine = { overhead: 0.01, perExample: 1e-4, critical: 200, fits: Infinity };

/** A network with t(B) = a + cB and S(B) = S_min (1 + B_crit / B), which runs out of memory above a size. */
function networkOn(changes: Partial<Machine> = {}): Network {
  const machine = { ...MACHINE, ...changes };
  return (spec, facts): Outcome => {
    const batchSize = Number(spec.hparams['batchSize']);
    if (batchSize > machine.fits)
      return { status: 'outOfMemory', where: 'device', detail: 'OOM when allocating tensor' };
    const seconds = machine.overhead + machine.perExample * batchSize;
    const curve = curveOf(spec, facts, machine, batchSize);
    const steps = curve.at(-1)?.step ?? 23;
    return completed(curve.at(-1)?.values.valLoss ?? null, {
      curve,
      steps,
      stepSeconds:
        spec.record.stepTimesAfter === undefined ? null : { median: seconds, p10: seconds, p90: seconds, count: 20 },
      deviceSeconds: steps * seconds,
    });
  };
}

function curveOf(
  spec: TrialSpec,
  { trainExamples, classes }: StudyFacts,
  { critical }: Machine,
  batchSize: number,
): readonly EpochMeasurement[] {
  const curve: EpochMeasurement[] = [];
  const last = stepsOf(spec.limit, trainExamples, batchSize);
  for (let epoch = 1, step = 0; step < last; epoch++) {
    step = Math.min(last, epochEndStep(epoch, trainExamples, batchSize));
    const valLoss = Math.log(classes) * Math.exp(-step / (40 * (1 + critical / batchSize)));
    curve.push({ epoch, step, learningRate: 1e-3, trainLoss: valLoss, values: { valLoss }, deviceSeconds: step });
    if (valLoss <= (spec.stop.targetValLoss ?? 0)) break;
  }
  return curve;
}

const LARGE: StudyFacts = { ...FACTS, trainExamples: 20_000 };

function ladder(
  options: object = {},
  changes: Partial<StageContext<unknown>> = {},
): ReturnType<typeof contextOf<ReturnType<typeof optionsOf<'batchSizeLadder'>>>> {
  return contextOf(optionsOf('batchSizeLadder', options), { facts: LARGE, ...changes } as object);
}

const labels = ({ trials }: StageContext<unknown>): readonly string[] => trials.map(({ spec }) => spec.label);
const rungs = (context: StageContext<unknown>): readonly number[] =>
  labels(context)
    .filter((label) => label.startsWith('rung'))
    .map((label) => Number(label.split(' ')[1]));

function answer(
  options: object,
  machine: Partial<Machine> = {},
  changes: Partial<StageContext<unknown>> = {},
): Decision & { readonly context: StageContext<unknown> } {
  const context = drive(batchSizeLadder, ladder(options, changes), { network: networkOn(machine) });
  return { ...batchSizeLadder.decide(context), context };
}

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
      const { hparams, context, evidence } = answer({ objective }, { fits });
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
  expect(answer({ objective: 'largest' }, { fits: 66 }).hparams['batchSize']).toBe(32);
  const roomy = answer({ objective: 'largest' }, { fits: 80 });
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
  const context = drive(batchSizeLadder, ladder({ objective: 'largest', batchSizeMax: 256 }), { network });
  expect(labels(context).slice(-3)).toEqual(['soak 256', 'soak 128', 'soak 64']);
  expect(batchSizeLadder.decide(context)).toMatchObject({
    hparams: { batchSize: 64 },
    because: expect.stringContaining('the best of those that held'),
  });
});

it('finds the size that reaches the target first, near the square root of knee times critical batch size', () => {
  // sqrt(0.01 * 200 / 1e-4) = 141.
  const { hparams, because, confidence, context } = answer({ epochsFactorMax: 2 });
  expect(hparams['batchSize']).toBe(128);
  expect(because).toMatch(
    /^128 reaches validation loss .* after .* s, the next, 256 after .* s; the learning rate follows from 0.001 to 0.002$/,
  );
  expect(confidence).toBe('high');
  expect(
    labels(context)
      .filter((label) => label.startsWith('r'))
      .slice(-8),
  ).toEqual(expect.arrayContaining(['reference 32, seed 1 of 2', 'race 64, seed 1 of 2', 'race 128, seed 2 of 2']));
});

it('chooses no size that takes many more epochs to the same loss, and says what it left', () => {
  const { hparams, because, confidence } = answer({});
  expect([hparams['batchSize'], confidence]).toEqual([64, 'high']);
  expect(because).toMatch(
    /^64 reaches validation loss .*, the next, 32 after .* s; 128 does so after .* s, but in 1.21 times the epochs, 256 does so after .* s, but in 1.\d+ times the epochs; the learning rate/,
  );
  expect(answer({ epochsFactorMax: 1 }).hparams['batchSize']).toBe(32);
});

it('warns that a larger batch takes more epochs to the same loss', () => {
  // (128 + 200) / (32 + 200) = 1.41.
  const {
    evidence: { warnings },
  } = answer({ epochsFactorMax: 2 });
  expect(warnings).toContainEqual(
    expect.stringMatching(
      /^batch size 128 takes 1\.4\d* times the epochs of 32 to the same loss, in less time: with training.epochs \d+ it ends at a higher loss than 32 would; about \d+ make up for that$/,
    ),
  );
  expect(answer({}, {}, { incumbent: { ...INCUMBENT, batchSize: 128 } }).evidence.warnings.join()).not.toContain(
    'times the epochs',
  );
  expect(answer({ objective: 'throughput', batchSizeMax: 1024 }).evidence.warnings.join()).not.toContain(
    'times the epochs',
  );
});

it("keeps the study's own size unless another is clearly faster", () => {
  const { hparams, because } = answer({}, {}, { incumbent: { ...INCUMBENT, batchSize: 128 } });
  expect(hparams).toEqual({ ...INCUMBENT, batchSize: 128 });
  expect(because).toMatch(/^128 stays: it reaches validation loss .* and no other size does so more than 10 % sooner/);
});

it('races from the loss of the reference, for little more than the reference costs', () => {
  const { trials } = answer({}).context;
  const reference = trials.filter(({ spec }) => spec.label.startsWith('reference')).map(({ spec }) => spec);
  const race = trials.filter(({ spec }) => spec.label.startsWith('race')).map(({ spec }) => spec);
  expect(reference.map(({ limit, stop }) => [limit, stop])).toEqual(Array(2).fill([{ epochs: 3 }, { dead: true }]));
  const cost = (spec: TrialSpec): number => {
    const batchSize = Number(spec.hparams['batchSize']);
    return stepsOf(spec.limit, LARGE.trainExamples, batchSize) * (0.01 + 1e-4 * batchSize);
  };
  race.forEach((spec) => {
    expect(spec.stop.targetValLoss).toBeCloseTo(Math.log(10) * Math.exp(-1875 / (40 * (1 + 200 / 32))), 9);
    expect(cost(spec)).toBeLessThan(cost(reference[0]!) * 2);
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
  const { hparams, because } = answer({ objective: 'throughput', batchSizeMax: 1024 });
  // B / (100 + B): 1024 gives 0.911, of which 0.9 is 0.82: reached at 512 with 0.837.
  expect(hparams['batchSize']).toBe(512);
  expect(because).toMatch(/smallest batch size within 10 % of the best throughput, with 8366 images a second/);
});

it("keeps the study's size where no other reaches the target at all", () => {
  const network: Network = (spec, facts) => (spec.label.startsWith('race') ? completed(5) : networkOn()(spec, facts));
  const decision = batchSizeLadder.decide(drive(batchSizeLadder, ladder(), { network }));
  expect(decision).toMatchObject({
    hparams: { batchSize: 32 },
    confidence: 'high',
    because: expect.stringMatching(/^32 stays: it reaches .*, and no other size does so with every seed/),
  });
});

it('compares by a nominal cost in a reproducible study, and says so', () => {
  const facts = { ...LARGE, reproducible: true };
  const [fast, slow] = [
    answer({ batchSizeMax: 256 }, {}, { facts }),
    answer({ batchSizeMax: 256 }, { overhead: 1, perExample: 1e-6 }, { facts }),
  ];
  expect([slow.hparams, slow.because]).toEqual([fast.hparams, fast.because]);
  expect(fast.because).toContain('a nominal cost of');
  expect(fast.evidence.warnings.join()).toContain('not by measured times');
});

it("keeps the study's size, with low confidence, where no short training reaches a loss", () => {
  const network: Network = (spec, facts) =>
    spec.label.startsWith('reference') ? OUTCOMES.dead(spec, facts) : networkOn()(spec, facts);
  const decision = batchSizeLadder.decide(drive(batchSizeLadder, ladder(), { network }));
  expect(decision).toMatchObject({ hparams: { batchSize: 32 }, confidence: 'low' });
  expect(decision.evidence.warnings.join()).toContain('no short training reached a validation loss');
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
