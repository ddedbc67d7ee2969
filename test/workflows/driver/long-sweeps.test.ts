/** Sweeps of far more trials than a run of their workflow takes, in simulated time. */
import { deriveSeed, uniform } from '../../../workflows/search';
import type { StudyInput } from '../../../workflows/spec';
import type { EpochMeasurement } from '../../../workflows/words/outcome';
import type { TrialSpec } from '../../../workflows/words/trial';
import { simulateStudy } from '../../support/simulated-study';
import type { SimulatedTraining } from '../../support/simulated-study';
import { completed } from '../../support/stages';

jest.mock('@temporalio/workflow', () =>
  jest.requireActual<{ simulatedWorkflow(): unknown }>('../../support/simulated-workflow').simulatedWorkflow(),
);

const EPOCHS = 100;
const SECONDS = 60;

/** Temporal's own. */
const LIMITS = { events: 4096, bytes: 4 * 2 ** 20 };

const sweepOf = (trials: number, parallelTrials: number): StudyInput =>
  ({
    name: 'long',
    seed: 5,
    dataset: { format: 'idx', uri: 'data/made-up' },
    model: { preset: 'mnist-cnn' },
    training: { epochs: EPOCHS },
    budget: { parallelTrials },
    stages: [
      {
        stage: 'sweep',
        space: { weightDecay: { logUniform: [1e-6, 1e-2] }, dropoutRate: { uniform: [0, 0.6] } },
        trials,
        replicateTop: 1,
        replicates: 1,
      },
    ],
  }) as StudyInput;

/** Its validation loss falls for a fifth of the epochs and rises from then on. */
function overfitting({ trialId }: TrialSpec): SimulatedTraining {
  const stream = deriveSeed(1, trialId);
  const curve = Array.from({ length: EPOCHS }, (_, i): EpochMeasurement => {
    const share = (i + 1) / EPOCHS;
    const loss = (0.05 + 2 * Math.exp(-20 * share) + 0.3 * share) * (1 + 0.02 * (uniform(stream, i) - 0.5));
    return {
      epoch: i + 1,
      step: 13 * (i + 1),
      learningRate: 1e-3,
      trainLoss: 0.1,
      values: { valLoss: loss, valAccuracy: 0.9 },
      deviceSeconds: i,
    };
  });
  const best = curve.reduce((a, b) => (b.values.valLoss! < a.values.valLoss! ? b : a));
  return {
    seconds: SECONDS * (0.5 + uniform(stream, EPOCHS)),
    outcome: completed(best.values.valLoss!, { curve, best, steps: 13 * EPOCHS }),
  };
}

const half = (values: readonly number[]): number => values[Math.floor(values.length / 2)]!;

test('a sweep of trials that overfit keeps its slots busy to its end, and its runs stay as long as they were', async () => {
  const trials = 900;
  const { runs, sizes, busy, result } = await simulateStudy({
    file: sweepOf(trials, 8),
    limits: LIMITS,
    training: overfitting,
  });
  expect(result.trials).toBe(trials);
  expect(busy).toBeGreaterThan(0.95);
  expect(runs.length).toBeGreaterThan(2);
  // The last run has what is left.
  const whole = runs.slice(0, -1);
  expect(Math.min(...whole)).toBeGreaterThan(0.5 * half(whole));
  expect(Math.max(...sizes.map(({ input }) => input))).toBeLessThan(300_000);
});

test('256 slots are idle for a small share of the time, though each run of the workflow ends with them all', async () => {
  const { busy, runs, result } = await simulateStudy({
    file: sweepOf(1200, 256),
    // So that a run of the workflow fills each slot twice.
    limits: { events: 600, bytes: LIMITS.bytes },
    training: (spec) => {
      const { seconds } = overfitting(spec);
      return { seconds: 20 * seconds, outcome: completed(0.5) };
    },
  });
  expect(result.trials).toBe(1200);
  expect(runs.length).toBeGreaterThan(1);
  expect(busy).toBeGreaterThan(0.9);
});
