import { finalTrain } from '../../../workflows/stages/final-train/stage';
import { normalQuantile } from '../../../workflows/search/normal';
import { uniform } from '../../../workflows/search/random';
import type { Measurement, Outcome } from '../../../workflows/words/outcome';
import { completed, contextOf, drive, FACTS, INCUMBENT, measured, optionsOf, OUTCOMES } from '../../support/stages';
import type { Network } from '../../support/stages';

const VALIDATION = [0.31, 0.29, 0.33];
const TEST = [0.985, 0.979, 0.982];

/** Loss and accuracy, where the second does not follow from the first. */
function scored(valLoss: number, valAccuracy: number, changes: Partial<Measurement> = {}): Outcome {
  const { best, curve } = measured(valLoss);
  return completed(valLoss, { best: { ...best!, values: { ...best!.values, valAccuracy } }, curve, ...changes });
}

const network: Network = ({ trialId }) => {
  const i = Number(trialId.split('/')[1]);
  return scored(VALIDATION[i]!, 0.98, { test: { values: { loss: 0.1, accuracy: TEST[i]! }, examples: 300 } });
};

const fresh = (options: object = {}) => contextOf(optionsOf('finalTrain', options));

it('trains at full length with several seeds, evaluates the test examples and exports the model', () => {
  const { trials } = drive(finalTrain, fresh({ epochs: 30 }), { network });
  expect(new Set(trials.map(({ spec }) => spec.seed)).size).toBe(3);
  trials.forEach(({ spec }) =>
    expect(spec).toMatchObject({
      limit: { epochs: 30 },
      evaluate: { validation: 'epoch', test: true },
      exportModel: true,
      hparams: INCUMBENT,
    }),
  );
});

it('chooses by validation, never by test, and reports the spread of the test', () => {
  const decision = finalTrain.decide(drive(finalTrain, fresh(), { network }));
  expect(decision).toMatchObject({ finalTrialId: 'stage/001', confidence: 'high', hparams: INCUMBENT });
  expect(decision.because).toMatch(
    /^seed 2 of 3 has the best valLoss, 0.29, and test accuracy 0.9790; over 3 trainings test accuracy is 0.9820 ± 0.0030 from seed to seed, and ± 0.0174 \(95 %\) for there are 300 test examples; the best of 3 flatters itself: the mean valLoss, 0.31, is what another has to expect; 3 seeds can show a factor of 1.1\d+ of valLoss, and 300 validation examples 0.0\d+ of accuracy$/,
  );
});

it('goes on with what is left where a training fails, and says so', () => {
  const decision = finalTrain.decide(
    drive(finalTrain, fresh(), {
      network: (spec, facts) => (spec.trialId.endsWith('1') ? OUTCOMES.diverged(spec, facts) : network(spec, facts)),
    }),
  );
  expect(decision).toMatchObject({ finalTrialId: 'stage/000', confidence: 'medium' });
  expect(decision.because).toContain(
    'seed 1 of 3 has the best valLoss, 0.31, and test accuracy 0.9850; over 2 trainings that ended well, of 3, test accuracy is 0.9835 ± 0.0021',
  );
  expect(decision.evidence.warnings).toContain(
    '1 training of 3 failed, and the scores are those of the others: stage/001 diverged',
  );
});

it('must run whatever the budget says', () => {
  expect(finalTrain.mustRun).toBe(true);
  expect(finalTrain.estimate(fresh({ epochs: 10, replicates: 2 }))).toEqual({
    trials: 2,
    steps: 2 * 375,
    examples: 2 * 12_000,
  });
});

it('does not evaluate a test part that is not there', () => {
  const context = { ...fresh(), facts: { ...FACTS, testExamples: 0 } };
  expect(finalTrain.suggest(context)?.evaluate.test).toBe(false);
  const decision = finalTrain.decide(drive(finalTrain, context, { network: () => completed(0.3) }));
  expect(decision.because).toContain(
    'seed 1 of 3 has the best valLoss, 0.3, of 3 trainings; there are no test examples',
  );
});

it('counts a training without a score as failed, and names it', () => {
  const decision = finalTrain.decide(
    drive(finalTrain, fresh(), {
      network: (spec, facts) => (spec.trialId.endsWith('2') ? completed(null) : network(spec, facts)),
    }),
  );
  expect(decision.evidence.warnings).toContain(
    '1 training of 3 failed, and the scores are those of the others: stage/002 completed without valLoss',
  );
});

const FOR_MEMORY =
  'set a smaller batchSize (batchSizeMax, where a batchSizeLadder chooses it), or make the model smaller';
const FOR_DIVERGENCE = 'lower learningRate, set clipNorm or schedule.warmupSteps, or put a lrRetest before this stage';

it.each<[string, Network, string, string]>([
  ['diverges', OUTCOMES.diverged, '3 diverged', FOR_DIVERGENCE],
  ['dies', OUTCOMES.dead, '3 dead', FOR_DIVERGENCE],
  ['runs out of memory', OUTCOMES.outOfMemory, '3 outOfMemory', FOR_MEMORY],
  [
    'fails in one way or another',
    (spec, facts) => OUTCOMES[spec.trialId.endsWith('0') ? 'outOfMemory' : 'dead'](spec, facts),
    '1 outOfMemory, 2 dead',
    `${FOR_MEMORY}; ${FOR_DIVERGENCE}`,
  ],
])('says what to do where every training %s', (_, failing, statuses, fix) => {
  const context = drive(finalTrain, fresh(), { network: failing });
  expect(() => finalTrain.decide(context)).toThrow(
    `no final training ended well [stage=stage, trials=${statuses}, learningRate=0.001, batchSize=32]: ${fix}`,
  );
});

it.each([
  ['even classes', FACTS.chanceLoss, 2.3, 2.2],
  // Of two classes one has nine tenths of the examples: ln 2 would be more than twice as much.
  ['a rare class', 0.325, 0.32, 0.31],
])(
  'says so where the best model is hardly better than an answer that looks at no image, with %s',
  (_, chanceLoss, chance, learnt) => {
    const warningsAt = (loss: number): string =>
      finalTrain
        .decide(drive(finalTrain, { ...fresh(), facts: { ...FACTS, chanceLoss } }, { network: () => completed(loss) }))
        .evidence.warnings.join();
    expect(warningsAt(chance)).toMatch(/the model has learnt nothing/);
    expect(warningsAt(learnt)).not.toContain('learnt nothing');
  },
);

const warningsWith = (outcome: (i: number) => Outcome): string =>
  finalTrain
    .decide(drive(finalTrain, fresh(), { network: ({ trialId }) => outcome(Number(trialId.split('/')[1])) }))
    .evidence.warnings.join();

it('warns of a validation set that one or two examples decide', () => {
  expect(warningsWith((i) => scored(0.0035 + 0.0001 * i, 1))).toContain(
    'the validation set is saturated: a loss of 0.0035 on 300 examples is 1.05 nats in all',
  );
  expect(warningsWith(() => scored(0.05, 0.98))).not.toContain('saturated');
});

it('warns of a test score that chance does not explain, and of none that it does', () => {
  const test = (accuracy: number): Partial<Measurement> => ({
    test: { values: { loss: 0.1, accuracy }, examples: 300 },
  });
  expect(warningsWith(() => scored(0.1, 0.98, test(0.9)))).toMatch(
    /test accuracy 0.9 is below validation accuracy 0.98 by more than the 0.0\d+ that chance/,
  );
  expect(warningsWith(() => scored(0.1, 0.98, test(0.95)))).not.toContain('chance');
});

it('is seldom sure of a mean score that is off by more than it says', () => {
  const studies = 2000;
  let [wrong, sure] = [0, 0];
  for (let study = 0; study < studies; study++) {
    const losses = [0, 1, 2, 3].map((i) => 0.1 * Math.exp(0.2 * normalQuantile(uniform(study + 1, i))));
    const context = drive(finalTrain, fresh({ replicates: 4 }), {
      network: ({ trialId }) => scored(losses[Number(trialId.split('/')[1])]!, 0.97),
    });
    const isHigh = finalTrain.decide(context).confidence === 'high';
    const mean = Math.exp(losses.reduce((sum, loss) => sum + Math.log(loss), 0) / 4);
    sure += Number(isHigh);
    wrong += Number(isHigh && Math.abs(Math.log(mean / 0.1)) > Math.log(1.25));
  }
  expect(sure).toBeGreaterThan(0);
  expect(wrong / studies).toBeLessThanOrEqual(0.05);
});

it('speaks of the metric of its task, and of what chance loses there', () => {
  const target = { name: 'age', mean: 3, variance: 0.25, deviation: 0.4, isLabel: false };
  const facts = {
    ...FACTS,
    classes: 1,
    targets: [target],
    task: { name: 'regression', loss: 'mse' },
    chanceLoss: 0.25,
  } as const;
  const numbers: Network = ({ trialId }) =>
    completed(VALIDATION[Number(trialId.split('/')[1])]!, {
      test: { values: { loss: 0.3, r2: -0.2, mse: 0.3, mae: 0.5 }, examples: 300 },
    });
  const decision = finalTrain.decide(
    drive(finalTrain, contextOf(optionsOf('finalTrain'), { facts }), { network: numbers }),
  );
  expect(decision.because).toMatch(/test R² -0.2000; over 3 trainings test R² is -0.2000 ± 0.0000 from seed to seed;/);
  expect(decision.evidence.tables[0]?.columns).toContain('test R²');
  // 0.29 is no lower than the variance.
  expect(decision.evidence.warnings).toContainEqual(expect.stringMatching(/^the model has learnt nothing/));
});
