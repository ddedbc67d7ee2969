/**
 * What the ladder says of its answers against the truth of simulated studies, through its own `suggest` and `decide`.
 *
 * @module
 */
import { normalQuantile } from '../../../workflows/search/normal';
import { deriveSeed, uniform } from '../../../workflows/search/random';
import { EQUAL_FACTOR } from '../../../workflows/stages/batch-size-ladder/comparison';
import { batchSizeLadder } from '../../../workflows/stages/batch-size-ladder/stage';
import type { Confidence, Decision } from '../../../workflows/stages/stage';
import { epochEndStep, stepsOf } from '../../../workflows/trials/length';
import type { EpochMeasurement } from '../../../workflows/words/outcome';
import { completed, contextOf, drive, FACTS, INCUMBENT, optionsOf, resultOf } from '../../support/stages';
import type { Network } from '../../support/stages';

const STUDIES = 2000;
/** Of the logarithm of the cost, from seed to seed. */
const SEED_SPREAD = 0.3;

const facts = { ...FACTS, trainExamples: 4000 };
const options = optionsOf('batchSizeLadder', { batchSizeMin: 16, batchSizeMax: 128, epochsFactorMax: 100 });

/** A network whose loss falls by a factor of e in a cost that is the size's own, off by each seed's luck. */
function networkWith(costOf: (batchSize: number) => number, study: number): Network {
  return (spec) => {
    const batchSize = Number(spec.hparams['batchSize']);
    const each = 0.01 + 1e-4 * batchSize;
    const luck = SEED_SPREAD * normalQuantile(uniform(deriveSeed(spec.seed, 'luck', study), batchSize));
    const fall = each / (costOf(batchSize) * Math.exp(luck));
    const curve: EpochMeasurement[] = [];
    const last = stepsOf(spec.limit, facts.trainExamples, batchSize);
    for (let epoch = 1, step = 0; step < last; epoch++) {
      step = Math.min(last, epochEndStep(epoch, facts.trainExamples, batchSize));
      const valLoss = Math.log(facts.classes) * Math.exp(-step * fall);
      curve.push({
        epoch,
        step,
        learningRate: 1e-3,
        trainLoss: valLoss,
        values: { valLoss, valAccuracy: 0.5 },
        deviceSeconds: 1,
      });
      if (valLoss <= (spec.stop.targetValLoss ?? 0) && epoch >= (spec.stop.targetFromEpoch ?? 1)) break;
    }
    const stepSeconds =
      spec.record.stepTimesAfter === undefined ? null : { median: each, p10: each, p90: each, count: 20 };
    return completed(0.5, { curve, steps: last, stepSeconds });
  };
}

function decisions(costOf: (batchSize: number) => number): readonly Decision[] {
  return Array.from({ length: STUDIES }, (_, study) => {
    const network = networkWith(costOf, study);
    let context = contextOf(options, { facts, seed: study + 1, trials: RUNGS });
    for (let spec = batchSizeLadder.suggest(context); spec !== undefined; spec = batchSizeLadder.suggest(context))
      context = { ...context, trials: [...context.trials, { spec, result: resultOf(spec, network(spec, facts)) }] };
    return batchSizeLadder.decide(context);
  });
}

/** The same in all studies. */
const RUNGS = drive(batchSizeLadder, contextOf(options, { facts }), {
  network: networkWith(() => 3, 0),
}).trials.filter(({ spec }) => spec.label.startsWith('rung'));

const shareOf = (answers: readonly Decision[], confidence: Confidence, size: (batchSize: number) => boolean): number =>
  answers.filter((one) => one.confidence === confidence && size(Number(one.hparams['batchSize']))).length / STUDIES;

const isMove = (batchSize: number): boolean => batchSize !== INCUMBENT['batchSize'];

it('where all sizes are equally good, seldom says of another that it is better', () => {
  const answers = decisions(() => 3);
  expect(shareOf(answers, 'high', isMove)).toBeLessThanOrEqual(0.05);
  expect(shareOf(answers, 'medium', isMove)).toBeLessThanOrEqual(0.2);
});

it('finds the size that needs half the cost, and is sure of it in four of five studies', () => {
  const answers = decisions((batchSize) => (batchSize === 64 ? 1.5 : 3));
  expect(shareOf(answers, 'high', (size) => size === 64)).toBeGreaterThanOrEqual(0.8);
  expect(shareOf(answers, 'high', (size) => size !== 64)).toBeLessThanOrEqual(0.01);
});

it('seldom says that nothing is sooner where something is, by just more than counts as equal', () => {
  const answers = decisions((batchSize) => (batchSize === 64 ? 3 / (EQUAL_FACTOR + 0.01) : 3));
  const isStay = (batchSize: number): boolean => !isMove(batchSize);
  expect(shareOf(answers, 'high', isStay)).toBeLessThanOrEqual(0.05);
  expect(shareOf(answers, 'medium', isStay)).toBeLessThanOrEqual(0.2);
});
