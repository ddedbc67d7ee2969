import type { GradientNorms } from '../../../workflows/analysis/noise-scale';
import type { ValidationMetric } from '../../../workflows/tasks';
import type { EpochMeasurement, Evaluation, Measurement } from '../../../workflows/words/outcome';
import { examplesAfter } from '../../../workflows/trials/length';
import { peakMemory } from '../peak-memory';
import { epochTrainLoss, type TrainingState } from './training-state';
import { epochsDone, type TrialFacts } from './trial-facts';

/** Lines of a curve that go through a Temporal history; a long training's are thinned. */
const CURVE_LINES_MAX = 500;

export interface MeasurementInput {
  /** The study's objective. */
  readonly metric: ValidationMetric;
  readonly state: TrainingState;
  readonly facts: TrialFacts;
  readonly test: Evaluation | null;
  readonly parameters: number;
  readonly onGpu: boolean;
  readonly stepSeconds: readonly number[];
  readonly stepTimesAfter: number | undefined;
}

/** What a training measured, up to where it ended. */
export function measurementOf({
  metric,
  state,
  facts,
  test,
  parameters,
  onGpu,
  stepSeconds,
  stepTimesAfter,
}: MeasurementInput): Measurement {
  const { step, curve, best, stepLosses, noisePairs, deviceSeconds } = state;
  return {
    steps: step,
    epochs: epochsDone(facts, step),
    examples: examplesAfter(facts.phases, step),
    trainLoss: epochTrainLoss(state) ?? curve.at(-1)?.trainLoss ?? null,
    best,
    curve: thinned(curve).map((line) => outlined(line, metric)),
    test,
    stepLosses,
    parameters,
    deviceSeconds,
    ...(noisePairs.length > 0 && { noiseScale: gradientNorms(noisePairs, facts.batchSize) }),
    stepSeconds: stepTimesAfter === undefined ? null : summarizeStepTimes(stepSeconds, stepTimesAfter),
    ...peakMemory(onGpu),
  };
}

/** What plots and rules read of a line; the best epoch has all that was measured. */
function outlined(line: EpochMeasurement, metric: ValidationMetric): EpochMeasurement {
  const values = Object.fromEntries(
    Object.entries(line.values).filter(([name]) => name === 'valLoss' || name === 'valAccuracy' || name === metric),
  );
  return { ...line, values };
}

function gradientNorms(pairs: TrainingState['noisePairs'], batchSize: number): GradientNorms {
  const half = Math.floor(batchSize / 2);
  return {
    small: { batchSize: half, squaredNorms: pairs.map(({ small }) => small) },
    large: { batchSize: 2 * half, squaredNorms: pairs.map(({ large }) => large) },
  };
}

/** Every n-th line up to the last one, which stays. */
function thinned(curve: Measurement['curve']): Measurement['curve'] {
  const stride = Math.ceil(curve.length / CURVE_LINES_MAX);
  return curve.filter((_, i) => (curve.length - 1 - i) % stride === 0);
}

/** Spread of the step times after the first `warmupSteps`; `null` if none is left. A resumed trial warms up again. */
export function summarizeStepTimes(seconds: readonly number[], warmupSteps: number): Measurement['stepSeconds'] {
  const sorted = seconds.slice(warmupSteps).sort((a, b) => a - b);
  if (sorted.length === 0) return null;
  return {
    median: quantile(sorted, 0.5),
    p10: quantile(sorted, 0.1),
    p90: quantile(sorted, 0.9),
    count: sorted.length,
  };
}

/** The value below which a share of the sorted numbers lies, interpolated between neighbours. */
function quantile(sorted: readonly number[], share: number): number {
  const position = share * (sorted.length - 1);
  const below = sorted[Math.floor(position)] ?? Number.NaN;
  const above = sorted[Math.ceil(position)] ?? Number.NaN;
  return below + (above - below) * (position - Math.floor(position));
}
