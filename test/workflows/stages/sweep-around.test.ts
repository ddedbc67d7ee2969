import { regularizationSweep } from '../../../workflows/stages/sweep/stage';
import type { StageContext } from '../../../workflows/stages/stage';
import { completed, contextOf, drive, INCUMBENT, optionsOf } from '../../support/stages';
import type { Network } from '../../support/stages';

const START = { ...INCUMBENT, learningRate: 0.0123, batchSize: 48 };
const fresh = (space: object, options: object = {}, incumbent: object = START) =>
  contextOf(
    optionsOf('regularizationSweep', { space, trials: 20, sampler: { name: 'grid' }, replicates: 1, ...options }),
    { incumbent } as object,
  );

const bestAt =
  (learningRate: number): Network =>
  ({ hparams }) =>
    completed(0.1 + Math.log2(Number(hparams['learningRate']) / learningRate) ** 2);

const tried = (context: StageContext<unknown>, name: string): readonly unknown[] =>
  [...new Set(context.trials.map(({ spec: { hparams } }) => hparams[name]))].sort((a, b) => Number(a) - Number(b));

it('searches multiples of what the study holds when the stage begins', () => {
  const context = drive(
    regularizationSweep,
    fresh({ learningRate: { times: [2, 1, 0.5] }, flip: { choice: [0, 0.5] } }),
    { network: bestAt(0.006) },
  );
  expect(tried(context, 'learningRate')).toEqual([0.00615, 0.0123, 0.0246]);
  expect(context.trials).toHaveLength(6);
  expect(regularizationSweep.decide(context)).toMatchObject({
    hparams: { learningRate: 0.00615 },
    evidence: {
      warnings: expect.arrayContaining([
        'the best learningRate, 0.00615, is the first of its list: the list may end before the best does',
      ]),
    },
  });
});

it('follows the study to where an earlier stage has moved it', () => {
  const space = { learningRate: { times: [0.5, 1] } };
  const moved = { ...START, learningRate: 0.4 };
  const first = fresh(space);
  expect(tried(drive(regularizationSweep, first, { network: bestAt(0.01) }), 'learningRate')).toEqual([
    0.00615, 0.0123,
  ]);
  expect(
    tried(
      drive(regularizationSweep, { ...first, incumbent: moved, trials: [] }, { network: bestAt(0.01) }),
      'learningRate',
    ),
  ).toEqual([0.2, 0.4]);
});

it('keeps to whole numbers and to the range of a hyperparameter', () => {
  const context = drive(
    regularizationSweep,
    fresh(
      { batchSize: { times: [0.01, 0.33, 1, 5000] }, dropoutRate: { times: [1, 4] } },
      {},
      { ...START, dropoutRate: 0.3 },
    ),
    { network: () => completed(0.5) },
  );
  expect(tried(context, 'batchSize')).toEqual([1, 16, 48, 65_536]);
  expect(tried(context, 'dropoutRate')).toEqual([0.3, 0.95]);
});

it('says so where there is nothing to multiply', () => {
  const context = drive(
    regularizationSweep,
    fresh({ weightDecay: { times: [0.1, 1, 10] }, flip: { choice: [0, 0.5] } }),
    { network: () => completed(0.5) },
  );
  expect(tried(context, 'weightDecay')).toEqual([0]);
  expect(context.trials).toHaveLength(2);
  expect(regularizationSweep.decide(context).evidence.warnings).toContain(
    'weightDecay was not varied: 0 is its only value',
  );
});

it('refuses an enqueued value that is no multiple, and takes one that is', () => {
  const context = fresh({ learningRate: { times: [0.5, 1, 2] } });
  expect(regularizationSweep.refuseEnqueued?.(context, { learningRate: 0.5 })).toBe(
    'learningRate must be one of 0.00615, 0.0123, 0.0246, got 0.5',
  );
  expect(regularizationSweep.refuseEnqueued?.(context, { learningRate: 0.0246 })).toBeUndefined();
});

it('counts its trials before anything has run, the study as it stands beside the points', () => {
  expect(
    regularizationSweep.estimate(fresh({ learningRate: { times: [0.5, 1, 2] }, batchSize: { times: [0.5, 1] } }))
      .trials,
  ).toBe(7);
});
