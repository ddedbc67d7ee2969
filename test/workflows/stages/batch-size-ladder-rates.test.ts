import { batchSizeLadder } from '../../../workflows/stages/batch-size-ladder/stage';
import type { Decision, StageContext } from '../../../workflows/stages/stage';
import { asMeasured, drive, INCUMBENT, OUTCOMES } from '../../support/stages';
import type { Network } from '../../support/stages';
import { ladder, networkOn } from '../../support/ladder';

/** Training breaks down above a rate. */
const steadyUpTo =
  (most: number, network: Network = OUTCOMES.diverged): Network =>
  (spec, facts) =>
    /^(reference|race|confirmation|soak)/.test(spec.label) && Number(spec.hparams['learningRate']) > most
      ? network(spec, facts)
      : networkOn()(spec, facts);

function answer(
  network: Network,
  learningRate: number,
  options: object = {},
): Decision & { context: StageContext<unknown> } {
  const fresh = ladder(
    { batchSizeMax: 128, epochsFactorMax: 2, ...options },
    { incumbent: { ...INCUMBENT, learningRate } },
  );
  const context = drive(batchSizeLadder, fresh, { network });
  return { ...batchSizeLadder.decide(context), context };
}

const ratesAt = ({ trials }: StageContext<unknown>, start: RegExp): readonly unknown[] => [
  ...new Set(trials.filter(({ spec }) => start.test(spec.label)).map(({ spec }) => spec.hparams['learningRate'])),
];

it('takes a size at which the rate breaks down to be as good as any, and races it at a lower rate', () => {
  const { context, hparams, because, confidence, evidence } = answer(steadyUpTo(0.0015), 1e-3);
  expect(ratesAt(context, /^race 128/)).toEqual([0.002, 6.67e-4]);
  expect(ratesAt(context, /^race 64/)).toEqual([0.00141]);
  expect(hparams).toMatchObject({ batchSize: 128, learningRate: 6.67e-4 });
  expect(because).toContain('the learning rate goes down from 0.001 to 6.67e-4, since training broke down at 0.002');
  expect(confidence).toBe('medium');
  expect(evidence.warnings).toContainEqual(
    expect.stringMatching(
      /^training broke down at batch size 128 and a learning rate of 0.002, which is no fault of the size: it was tried at 6.67e-4/,
    ),
  );
});

it('lowers the rate of all sizes where it breaks down at the reference, and answers with the one that held', () => {
  const { context, hparams } = answer(steadyUpTo(0.005), 0.01, { epochsFactorMax: 1 });
  expect(ratesAt(context, /^reference/)).toEqual([0.01, 0.00333]);
  expect(ratesAt(context, /^race 64/)).toEqual([0.00471]);
  expect(hparams).toEqual({ ...INCUMBENT, batchSize: 32, learningRate: 0.00333 });
});

it('takes a loss that ends far above its lowest for a breakdown, too', () => {
  const unsteady: Network = (spec, facts) => {
    const { measurement } = asMeasured(networkOn()(spec, facts));
    const [last, ...before] = [...measurement.curve].reverse();
    const curve = [
      ...before.reverse(),
      { ...last!, values: { valLoss: 50 * Math.min(...measurement.curve.map(({ values }) => values.valLoss!)) } },
    ];
    return { status: 'completed', measurement: { ...measurement, curve } };
  };
  const { context } = answer(steadyUpTo(0.005, unsteady), 0.01);
  expect(ratesAt(context, /^reference/)).toEqual([0.01, 0.00333]);
});

it('goes down no further than two half decades, and says that nothing held', () => {
  const { context, confidence } = answer(steadyUpTo(0), 0.01);
  expect(ratesAt(context, /^reference/)).toEqual([0.01, 0.00333, 0.00111]);
  expect(ratesAt(context, /^soak/)).toHaveLength(3);
  expect(confidence).toBe('low');
  expect(context.trials.length).toBeLessThanOrEqual(batchSizeLadder.estimate(ladder()).trials);
});

it('lowers no rate where memory ran out', () => {
  const { context } = answer(steadyUpTo(0.0015, OUTCOMES.outOfMemory), 1e-3);
  expect(ratesAt(context, /^race 128/)).toEqual([0.002]);
});
