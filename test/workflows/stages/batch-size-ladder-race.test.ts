import { batchSizeLadder } from '../../../workflows/stages/batch-size-ladder/stage';
import { stepsOf } from '../../../workflows/trials/length';
import type { TrialSpec } from '../../../workflows/words/trial';
import { answer, labels, ladder, LARGE, networkOn } from '../../support/ladder';
import { completed, drive, INCUMBENT, OUTCOMES } from '../../support/stages';
import type { Network } from '../../support/stages';

it('finds the size that reaches the target first, near the square root of knee times critical batch size', () => {
  // sqrt(0.01 * 200 / 1e-4) = 141.
  const { hparams, because, confidence, context } = answer({ epochsFactorMax: 2 });
  expect(hparams['batchSize']).toBe(128);
  expect(because).toMatch(
    /^128 reaches validation loss .* after 15.1 s, 32 after 24.8 s; over 4 fresh seeds it is sooner by a factor of 1.64 \(P > 0.99\); the learning rate follows from 0.001 to 0.002$/,
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
    /^64 reaches validation loss .* after 17.5 s, 32 after 24.8 s; over 4 fresh seeds .*; sooner, but in more epochs than 1.25 times those of 32: 128 after 15.1 s and 1.24 times the epochs, 256 after .* s and 1.\d+ times the epochs; the learning rate/,
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
  expect(answer({ strategy: 'throughput', batchSizeMax: 1024 }).evidence.warnings.join()).not.toContain(
    'times the epochs',
  );
});

it("keeps the study's own size unless another is clearly faster", () => {
  const { hparams, because } = answer({}, {}, { incumbent: { ...INCUMBENT, batchSize: 128 } });
  expect(hparams).toEqual({ ...INCUMBENT, batchSize: 128 });
  expect(because).toMatch(
    /^128 stays: it reaches validation loss .* and no other size in 1.25 times its epochs is as soon \(95 %; 64 after/,
  );
});

it('races from the loss of the reference, for at most three times what the reference costs', () => {
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
    expect(cost(spec)).toBeLessThan(cost(reference[0]!) * 3.5);
  });
});

it("keeps the study's size where no other reaches the target at all", () => {
  const network: Network = (spec, facts) => (spec.label.startsWith('race') ? completed(5) : networkOn()(spec, facts));
  const decision = batchSizeLadder.decide(drive(batchSizeLadder, ladder(), { network }));
  expect(decision).toMatchObject({
    hparams: { batchSize: 32 },
    confidence: 'high',
    because: expect.stringMatching(
      /^32 stays: it reaches .*, and no other size did so with every seed in 3 times that$/,
    ),
  });
});

/** Every training of the reference at half the speed of its first. */
const slower: Network = (spec, facts) => {
  const isSlow = spec.label.startsWith('confirmation 32') || spec.label.startsWith('reference 32, seed 2');
  return networkOn({ critical: isSlow ? 432 : 200 })(spec, facts);
};

it('counts no training of the reference as finished that missed the target, nor one of another size', () => {
  const context = drive(batchSizeLadder, ladder(), { network: slower });
  const rowOf = (title: string, size: number): readonly unknown[] | undefined =>
    batchSizeLadder
      .decide(context)
      .evidence.tables.find((table) => table.title === title)
      ?.rows.find(([batchSize]) => batchSize === size);
  // The target is the loss of the slower of the two, which takes its whole length: 1,875 steps of 13.2 ms.
  expect(rowOf('Time to the target loss', 32)).toEqual([
    32,
    expect.closeTo(12.4, 1),
    expect.closeTo(24.75, 1),
    expect.closeTo(17.5, 1),
  ]);
  const never: Network = (spec, facts) =>
    spec.label.startsWith('confirmation 32') ? completed(5) : networkOn()(spec, facts);
  const decision = batchSizeLadder.decide(drive(batchSizeLadder, ladder(), { network: never }));
  expect(decision.evidence.tables.find(({ title }) => title.endsWith('fresh seeds'))?.rows[0]).toEqual([
    32,
    null,
    null,
    null,
    null,
    null,
  ]);
  // Three times the cost that the reference is allowed is the least that it would have taken.
  expect(decision.because).toContain('over 4 fresh seeds it is sooner by a factor of 4.2');
});

it('does not say that no other size is sooner where one is that takes too many epochs', () => {
  const { because } = answer({ epochsFactorMax: 1 });
  expect(because).toMatch(
    /^32 stays: .*, and no other size in 1 times its epochs .*; sooner, but in more epochs than 1 times those of 32: 64 after/,
  );
});

it('states the smallest difference that its seeds can show', () => {
  const network: Network = (spec, facts) => networkOn({ critical: 200 + (spec.seed % 60) })(spec, facts);
  const { because } = batchSizeLadder.decide(drive(batchSizeLadder, ladder(), { network }));
  expect(because).toMatch(/these seeds can show a factor of 1\.\d+/);
});

it('asks fresh seeds about the size that it would move to, and none where nothing is clearly sooner', () => {
  const confirmed = (incumbent: number): readonly string[] =>
    labels(answer({}, {}, { incumbent: { ...INCUMBENT, batchSize: incumbent } }).context).filter((label) =>
      label.startsWith('confirmation'),
    );
  expect(confirmed(32)).toHaveLength(8);
  expect(confirmed(32).slice(0, 2)).toEqual([
    'confirmation 64, fresh seed 1 of 4',
    'confirmation 32, fresh seed 1 of 4',
  ]);
  expect(confirmed(128)).toEqual([]);
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

it('shows the validation score of every raced size after equal epochs, and what the batch size does', () => {
  const { evidence, context } = answer({ epochsFactorMax: 2 });
  const [sizes, effects] = ['Batch sizes side by side', 'What the batch size does'].map((title) =>
    evidence.tables.find((table) => table.title === title)!,
  );
  expect(sizes!.columns).toContain('best valLoss in 3 epochs');
  // ln 10 exp(-1875 / (40 (1 + 200 / 32))) at 32, and with 939 steps at 64.
  expect(sizes!.rows.find(([size]) => size === 32)).toEqual([
    32,
    1e-3,
    2,
    expect.closeTo(0.00358, 5),
    'a factor of 1',
    expect.closeTo(24.75, 1),
    expect.closeTo(3, 9),
    95,
  ]);
  expect(sizes!.rows.find(([size]) => size === 64)?.[3]).toBeCloseTo(0.00783, 4);
  expect(
    context.trials.filter(({ spec }) => spec.label.startsWith('race')).map(({ spec }) => spec.stop.targetFromEpoch),
  ).toEqual(Array(6).fill(3));
  expect(effects!.rows).toEqual([
    [
      'time',
      expect.stringMatching(
        /^from batch size 16 to \d+ a step takes from 11.6 ms to .*; half of a step is overhead at 100$/,
      ),
    ],
    [
      'convergence',
      expect.stringMatching(
        /^to validation loss 0.00358 batch size 32 takes 3 epochs and 256 takes 5.\d+; in equal epochs it scores best too, valLoss 0.00358 at 32$/,
      ),
    ],
    [
      'memory',
      expect.stringMatching(
        /^from batch size 16 to \d+ the peak goes from 95 to 95 MiB; no size tried ran out of memory$/,
      ),
    ],
  ]);
  const plot = evidence.plots.find(({ title }) => title === 'Validation score after 3 epochs');
  expect(plot?.series.map(({ x }) => x)).toEqual([
    [32, 64, 128, 256],
    [32, 32, 64, 64, 128, 128, 256, 256],
  ]);
});

it('says how data, model, goal and hardware bear on the answer', () => {
  const rows = (changes: object): readonly unknown[][] =>
    answer({}, {}, changes).evidence.tables.find(({ title }) => title === 'What bears on this batch size')!
      .rows as unknown[][];
  expect(rows({}).map(([what]) => what)).toEqual(['data size', 'model size', 'goal', 'hardware']);
  expect(rows({}).map(([, how]) => how)).toEqual([
    expect.stringContaining('20000 training examples: sizes above 2500 '),
    expect.stringContaining('1000 parameters'),
    expect.stringContaining('over 1.25 times the epochs'),
    expect.stringContaining('overhead at batch size 100 here'),
  ]);
  expect(rows({ facts: { ...LARGE, reproducible: true } }).at(-1)?.[1]).toContain('as much as 64 examples more');
});
