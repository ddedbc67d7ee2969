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
/** So late in a stage that nothing of a curve is kept for its place. */
const LATE = 100_000;

const line = (valLoss: number, i: number): EpochMeasurement => ({
  epoch: i + 1,
  step: 10 * (i + 1),
  learningRate: 1e-3,
  trainLoss: 1,
  valLoss,
  valAccuracy: 0.5,
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
  const best = curve.reduce((a, b) => (b.valLoss! < a.valLoss! ? b : a));
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
  name: 'patience' | 'median' | 'asha',
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
    ['asha', { reductionFactor: 2, minEpochs: 4 }, 4],
  ] as const)('has what the pruner %s looks at: %j after %i epochs', (name, options, pause) => {
    fc.assert(
      fc.property(
        losses(pause),
        fc.array(losses(pause), { minLength: 1, maxLength: 4 }),
        losses(EPOCHS),
        (own, others, ended) => {
          const trials = [trial(0, ended), ...[own, ...others].map((curve, i) => trial(i + 1, curve, pause))];
          // The first trial of a stage is always kept whole.
          const outlines = trials.map((one, i) => (i === 0 ? one : outlined(one, LATE, OBJECTIVE)));
          expect(verdictsOn(name, options, outlines)).toEqual(verdictsOn(name, options, trials));
        },
      ),
    );
  });

  test('is kept of late and of long trials only, which follows from their place and length alone', () => {
    const isOutline = (index: number, length: number): boolean =>
      measurementOf(outlined(trial(index, new Array<number>(length).fill(1)), index, OBJECTIVE)).isOutline === true;
    expect([isOutline(0, 2000), isOutline(99, 30), isOutline(100, 30), isOutline(5000, 10)]).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });

  test('ends where the trial ended, and scores the same', () => {
    const whole = trial(3, [5, 2, 3, 4]);
    const outline = outlined(whole, LATE, OBJECTIVE);
    expect(measurementOf(outline).curve.map(({ epoch }) => epoch)).toEqual([2, 3, 4]);
    expect(scoreOf(outline.result!.outcome, OBJECTIVE)).toBe(2);
    expect(measurementOf(outline).curve.map(({ valLoss, trainLoss }) => [valLoss, trainLoss])).toEqual([
      [2, null],
      [3, null],
      [4, null],
    ]);
  });
});
