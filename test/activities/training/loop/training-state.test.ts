import {
  afterEpoch,
  afterStep,
  epochTrainLoss,
  INITIAL_STATE,
  stepLossStride,
  type TrainingState,
} from '../../../../activities/training/loop/training-state';
import { type EpochMeasurement, STEP_LOSSES_MAX } from '../../../../workflows/words/outcome';
import { type StopRules } from '../../../../workflows/words/trial';

const steps = (losses: readonly number[], stride = 1, rules: StopRules = {}): TrainingState =>
  losses.reduce((state, loss) => afterStep(state, { loss, learningRate: 0.1, stride }, rules), INITIAL_STATE);

const line = (epoch: number, valLoss: number | null): EpochMeasurement => ({
  epoch,
  step: 10 * epoch,
  learningRate: 0.1,
  trainLoss: 1,
  values: { valLoss, valAccuracy: 0.5 },
  deviceSeconds: 0,
});

const epochs = (valLosses: readonly (number | null)[], stop: StopRules): TrainingState => {
  const rules = {
    stop,
    objective: { metric: 'valLoss', direction: 'minimize' },
    schedule: { name: 'constant' },
  } as const;
  return valLosses.reduce(
    (state: TrainingState, loss, i) => afterEpoch(state, line(i + 1, loss), true, rules),
    INITIAL_STATE,
  );
};

describe('the state after steps', () => {
  it('ends diverged at a loss that is not finite, and keeps all it holds fit for JSON', () => {
    for (const loss of [Number.NaN, Infinity]) {
      const state = steps([2, loss]);
      expect(state.ending).toEqual({ status: 'diverged', step: 2 });
      expect(JSON.parse(JSON.stringify(state))).toEqual(state);
    }
  });

  it('has the mean loss since the last epoch', () => {
    expect(epochTrainLoss(INITIAL_STATE)).toBeNull();
    expect(epochTrainLoss(steps([1, 2, 6]))).toBe(3);
  });

  it.each([1, 399, 400, 401, 800, 12_345])(
    'of %i in all records evenly, and no more losses than a trial may keep',
    (total) => {
      const stride = stepLossStride(total);
      const { stepLosses } = steps(new Array<number>(total).fill(1), stride);
      expect(stepLosses.length).toBeLessThanOrEqual(STEP_LOSSES_MAX);
      expect(stepLosses.length).toBeGreaterThan(Math.min(total, STEP_LOSSES_MAX) / 2);
      expect(stepLosses.every(({ step }, i) => step === 1 + i * stride)).toBe(true);
    },
  );

  it('records no losses at stride 0', () => {
    expect(steps([1, 2], 0).stepLosses).toEqual([]);
  });
});

describe('the state after epochs', () => {
  it('holds the best epoch, of equal ones the earlier, and none that was not finite', () => {
    expect(epochs([null, 3, 1, 1, 2, null], {}).best?.epoch).toBe(3);
    expect(epochs([null, null], {}).best).toBeNull();
  });

  it('ends early after patience epochs without an improvement by more than minDelta', () => {
    expect(epochs([1, 0.95, 0.91], { patience: 3, minDelta: 0.1 }).ending).toBeNull();
    expect(epochs([1, 0.95, 0.91, 0.9], { patience: 3, minDelta: 0.1 }).ending).toEqual({ status: 'earlyStopped' });
    expect(epochs([1, 0.95, 0.89, 0.88], { patience: 3, minDelta: 0.1 }).ending).toBeNull();
    expect(epochs([1, null, null], { patience: 2 }).ending).toEqual({ status: 'earlyStopped' });
  });

  it('measures small improvements from the last one that counted', () => {
    // Each epoch improves by 0.04; only every third passes 0.1 in sum.
    const falling = Array.from({ length: 12 }, (_, i) => 1 - 0.04 * i);
    expect(epochs(falling, { patience: 3, minDelta: 0.1 }).ending).toBeNull();
  });

  it("ends early by a rule of Prechelt's, of validated epochs alone", () => {
    expect(epochs([1, 0.5, 0.52], { prechelt: { rule: 'GL', alpha: 5 } }).ending).toBeNull();
    expect(epochs([1, 0.5, 0.53], { prechelt: { rule: 'GL', alpha: 5 } }).ending).toEqual({ status: 'earlyStopped' });
    expect(epochs([1, 0.5, 0.53], { prechelt: { rule: 'GL', alpha: 5 }, targetValLoss: 0.53 }).ending).toEqual({
      status: 'completed',
    });
    const rules = {
      stop: { prechelt: { rule: 'GL', alpha: 5 } },
      objective: { metric: 'valLoss', direction: 'minimize' },
      schedule: { name: 'constant' },
    } as const;
    expect(afterEpoch(epochs([1, 0.5], {}), line(3, null), false, rules).ending).toBeNull();
  });

  it('completes no sooner than asked for, though the target was reached and passed before', () => {
    const stop = { targetValLoss: 0.5, targetFromEpoch: 3 };
    expect(epochs([0.4, 0.6], stop).ending).toBeNull();
    expect(epochs([0.4, 0.6, 0.6], stop).ending).toEqual({ status: 'completed' });
    expect(epochs([0.6, 0.6, 0.6], stop).ending).toBeNull();
  });

  it('completes at the target, before patience is asked', () => {
    expect(epochs([1, 0.5], { targetValLoss: 0.5, patience: 1, minDelta: 1 }).ending).toEqual({ status: 'completed' });
  });
});
