import fc from 'fast-check';
import { scoreOf } from '../../../../workflows/analysis/score';
import { PRUNERS } from '../../../../workflows/search/pruners';
import type { PrunableTrial, Pruner } from '../../../../workflows/search/pruners';
import { curveOf, TrainingIndex } from '../../../../workflows/stages/sweep/trainings';
import { outlined } from '../../../../workflows/driver/pages/outline';
import type { EpochMeasurement, Measurement } from '../../../../workflows/words/outcome';
import type { Trial, TrialSpec } from '../../../../workflows/words/trial';
import { FACTS, INCUMBENT, resultOf } from '../../../support/stages';

const OBJECTIVE = FACTS.objective;
const EPOCHS = 12;
const NOTHING = { lines: [], metrics: [] };
/** So late in a stage that nothing of a curve is kept for its place. */
const LATE = 100_000;

const line = (valLoss: number, i: number): EpochMeasurement => ({
  epoch: i + 1,
  step: 10 * (i + 1),
  learningRate: 1e-3,
  trainLoss: 1,
  values: { valLoss, valAccuracy: 0.5 },
  deviceSeconds: i,
});

function trial(number: number, losses: readonly number[], pauseAfterEpochs?: number): Trial {
  const spec: TrialSpec = {
    trialId: `sweep/${number}`,
    label: '',
    hparams: INCUMBENT,
    seed: 1,
    schedule: { name: 'constant', warmupSteps: 0 },
    limit: { epochs: EPOCHS },
    stop: {},
    evaluate: { validation: 'epoch', test: false },
    record: { stepLosses: false },
    process: 'warm',
    exportModel: false,
    ...(pauseAfterEpochs !== undefined && { pauseAfterEpochs }),
  };
  const curve = losses.map(line);
  const best = curve.reduce((a, b) => (b.values.valLoss! < a.values.valLoss! ? b : a));
  const measurement: Measurement = {
    steps: 10 * losses.length,
    epochs: losses.length,
    examples: 0,
    trainLoss: 1,
    best,
    curve,
    test: null,
    stepLosses: [],
    stepSeconds: null,
    peakBytes: 1,
    parameters: 1,
    deviceSeconds: 1,
  };
  return {
    spec,
    result: resultOf(spec, { status: pauseAfterEpochs === undefined ? 'completed' : 'paused', measurement }),
  };
}

const measurementOf = ({ result }: Trial): Measurement =>
  (result!.outcome as { readonly measurement: Measurement }).measurement;

function verdictsOn(
  name: 'patience' | 'median' | 'asha' | 'hyperband',
  options: unknown,
  trials: readonly Trial[],
): ReadonlyMap<number, string> {
  const index = new TrainingIndex(({ weightDecay }) => String(weightDecay), OBJECTIVE);
  index.follow(trials, OBJECTIVE);
  const prunable = index.trainings.map((training, number): PrunableTrial => ({
    number,
    status: training.status,
    epoch: training.pausedAt,
    curve: curveOf(training, OBJECTIVE),
  }));
  return (PRUNERS[name] as Pruner).judge({ options, trials: prunable, epochs: EPOCHS, objective: OBJECTIVE });
}

const losses = (length: number) => fc.array(fc.integer({ min: 1, max: 6 }), { minLength: length, maxLength: length });

describe('the outline of a trial', () => {
  test.each([
    ['patience', { patience: 2, minDelta: 0 }, 4],
    ['patience', { patience: 3, minDelta: 1 }, 8],
    ['median', { startupTrials: 1, warmupEpochs: 0 }, 4],
    ['median', { startupTrials: 1, warmupEpochs: 2, intervalEpochs: 2 }, 8],
    ['asha', { reductionFactor: 2, minEpochs: 4 }, 4],
    ['hyperband', { reductionFactor: 2, minEpochs: 2 }, 2],
  ] as const)('has what the pruner %s looks at: %j after %i epochs', (name, options, pause) => {
    fc.assert(
      fc.property(
        losses(pause),
        fc.array(losses(pause), { minLength: 1, maxLength: 4 }),
        losses(EPOCHS),
        (own, others, ended) => {
          const trials = [trial(0, ended), ...[own, ...others].map((curve, i) => trial(i + 1, curve, pause))];
          const outlines = trials.map((one) =>
            outlined(one, LATE, OBJECTIVE, {
              lines: (PRUNERS[name] as Pruner).reads(options, { epochs: EPOCHS, pausedAt: one.spec.pauseAfterEpochs }),
              metrics: [],
            }),
          );
          expect(verdictsOn(name, options, outlines)).toEqual(verdictsOn(name, options, trials));
        },
      ),
    );
  });

  test('is kept of late and of long trials only, which follows from their place and length alone', () => {
    const isOutline = (index: number, length: number): boolean =>
      measurementOf(outlined(trial(index, new Array<number>(length).fill(1)), index, OBJECTIVE, NOTHING)).isOutline ===
      true;
    expect([isOutline(0, 2000), isOutline(99, 30), isOutline(100, 30), isOutline(5000, 10)]).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });

  test('ends where the trial ended, has what is read of its curve and no more, and scores the same', () => {
    const overfit = trial(3, [5, 2, 1, 3, 4, 4, 5, 6]);
    const reads = [
      { from: 0, to: 2 },
      { from: 5, to: 5 },
    ];
    const outline = outlined(overfit, LATE, OBJECTIVE, { lines: reads, metrics: ['valAccuracy'] });
    expect(
      measurementOf(outline).curve.map(({ epoch, values, trainLoss }) => [epoch, values.valLoss, trainLoss]),
    ).toEqual([
      [2, 2, null],
      [5, 4, null],
      [8, 6, null],
    ]);
    expect(scoreOf(outline, OBJECTIVE)).toBe(1);
    expect(measurementOf(outline).best?.values).toEqual({ valLoss: 1, valAccuracy: 0.5 });
  });

  test('reads where a curve has no such epoch what comes next', () => {
    const thin = trial(3, [5, 2, 1]);
    expect(
      measurementOf(outlined(thin, LATE, OBJECTIVE, { lines: [{ from: 0, to: 0 }], metrics: [] })).curve.map(
        ({ epoch }) => epoch,
      ),
    ).toEqual([1, 3]);
  });
});
