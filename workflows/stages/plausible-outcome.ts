import { chanceLossOf, metricNamed, taskOf, VALIDATION_METRICS, validationName } from '../tasks';
import type { MetricName } from '../tasks';
import { numericHParam } from '../trials/hparams';
import { trainingOf } from '../trials/trial-training';
import { deriveSeed, uniform } from '../search/random';
import { STEP_LOSSES_MAX } from '../words/outcome';
import type { EpochMeasurement, Evaluation, Measurement, Outcome, StepLoss } from '../words/outcome';
import type { TrialSpec } from '../words/trial';
import { epochEndStep, stepsOf } from '../trials/length';
import { OPTIMIZER_FAMILIES } from './optimizer-family';
import type { StudyFacts } from './stage';
import { power } from '../search/power';

/**
 * A made-up network: what it reaches, how fast, and what a step costs. The numbers are those of a small one on two
 * cores.
 */
const FLOOR_LOSS = 0.08;
const STEPS_MIN = 25;
const CRITICAL_BATCH_SIZE = 190;
const STEP_SECONDS = 0.01;
const EXAMPLE_SECONDS = 1e-4;
/** The best learning rate at batch size 32 as a share, in the logarithm, of the range worth a test. */
const BEST_RATE_SHARE = 0.55;
/** Times the best rate at which training breaks down. */
const BREAKDOWN = 20;
const BREAKDOWN_GROWTH = 1.2;
const NOISE = 0.02;

/**
 * How a trial might end on a network that behaves as the textbooks say: the loss falls exponentially with the steps, to
 * a floor that is a parabola in the logarithm of the learning rate, and breaks down far above the best rate.
 *
 * For plans and tests; no decision about a real network rests on it. Pure: the noise comes from the trial's own seed.
 */
export function plausibleOutcome(spec: TrialSpec, facts: StudyFacts): Outcome {
  const batchSize = numericHParam(spec.hparams, 'batchSize');
  const stepsTotal = stepsOf(spec.limit, facts.trainExamples, batchSize);
  if (spec.schedule.name === 'ramp') return rangeTestOutcome(spec, facts, stepsTotal);
  const whole = curveOf(spec, facts, stepsTotal);
  const pause = whole.find(({ epoch, step }) => epoch >= (spec.pauseAfterEpochs ?? Infinity) && step < stepsTotal);
  const curve = pause === undefined ? whole : whole.slice(0, whole.indexOf(pause) + 1);
  const steps = curve.at(-1)?.step ?? stepsTotal;
  const measurement = measured(spec, facts, steps, curve, []);
  const failed = numericHParam(spec.hparams, 'learningRate') > BREAKDOWN * bestRate(spec, facts);
  return failed
    ? { status: 'diverged', step: steps, measurement: { ...measurement, curve: [], best: null } }
    : { status: pause === undefined ? 'completed' : 'paused', measurement };
}

/** Of other tasks in units of their own, as no plan compares it with a real loss. */
const startLoss = (facts: StudyFacts): number => (facts.task === undefined ? chanceLossOf(facts) : Math.LN10);

function bestRate({ hparams }: TrialSpec, { training }: StudyFacts): number {
  const { from, to, scaling } = OPTIMIZER_FAMILIES[trainingOf(training, hparams).optimizer.name];
  return from * power(to / from, BEST_RATE_SHARE) * power(numericHParam(hparams, 'batchSize') / 32, scaling);
}

/**
 * Steps in which the distance to the floor shrinks by a factor of e. Source: S(B) = S_min (1 + B_crit / B),
 * arXiv:1812.06162.
 */
function timeConstant({ hparams }: TrialSpec): number {
  return STEPS_MIN * (1 + CRITICAL_BATCH_SIZE / numericHParam(hparams, 'batchSize'));
}

function noise({ hparams, seed }: TrialSpec, place: number): number {
  const own = deriveSeed(seed, JSON.stringify(hparams));
  return 1 + NOISE * (2 * uniform(own, place) - 1);
}

function curveOf(spec: TrialSpec, facts: StudyFacts, stepsTotal: number): readonly EpochMeasurement[] {
  const { validation } = spec.evaluate;
  if (validation === 'never') return [];
  const batchSize = numericHParam(spec.hparams, 'batchSize');
  const distance = Math.log10(numericHParam(spec.hparams, 'learningRate') / bestRate(spec, facts));
  const floor = FLOOR_LOSS * (1 + distance ** 2);
  const points: EpochMeasurement[] = [];
  const epochs = Math.max(1, Math.ceil((stepsTotal * batchSize) / facts.trainExamples));
  for (let epoch = validation === 'end' ? epochs : 1; epoch <= epochs; epoch++) {
    const step = Math.min(stepsTotal, epochEndStep(epoch, facts.trainExamples, batchSize));
    const loss = (floor + (startLoss(facts) - floor) * Math.exp(-step / timeConstant(spec))) * noise(spec, epoch);
    points.push({
      epoch,
      step,
      learningRate: numericHParam(spec.hparams, 'learningRate'),
      trainLoss: 0.9 * loss,
      values: plausibleValues(loss),
      deviceSeconds: step * (STEP_SECONDS + EXAMPLE_SECONDS * batchSize),
    });
    if (loss <= (spec.stop.targetValLoss ?? 0) && epoch >= (spec.stop.targetFromEpoch ?? 1)) break;
  }
  return points;
}

/** Every metric, all better the lower the loss. */
function plausibleValues(loss: number): EpochMeasurement['values'] {
  return Object.fromEntries(
    VALIDATION_METRICS.map((metric) => [metric, metricNamed(metric).direction === 'minimize' ? loss : Math.exp(-loss)]),
  );
}

const testValues = (found: EpochMeasurement['values'], facts: StudyFacts): Evaluation['values'] =>
  Object.fromEntries(
    taskOf(facts)
      .metrics.slice(0, 2)
      .map(({ name }) => [name, found[validationName(name as MetricName)] ?? null]),
  );

function measured(
  spec: TrialSpec,
  facts: StudyFacts,
  steps: number,
  curve: readonly EpochMeasurement[],
  stepLosses: readonly StepLoss[],
): Measurement {
  const batchSize = numericHParam(spec.hparams, 'batchSize');
  const stepSeconds = STEP_SECONDS + EXAMPLE_SECONDS * batchSize;
  const { metric, direction } = facts.objective;
  const sign = direction === 'minimize' ? 1 : -1;
  const best = curve.reduce<EpochMeasurement | null>(
    (a, b) => (a === null || sign * (b.values[metric] ?? Infinity) < sign * (a.values[metric] ?? Infinity) ? b : a),
    null,
  );
  const timed = spec.record.stepTimesAfter;
  return {
    steps,
    epochs: (steps * batchSize) / facts.trainExamples,
    examples: steps * batchSize,
    trainLoss: curve.at(-1)?.trainLoss ?? null,
    best,
    curve,
    stepLosses,
    test:
      spec.evaluate.test && best !== null
        ? {
            values: testValues(best.values, facts),
            examples: facts.testExamples,
          }
        : null,
    stepSeconds:
      timed === undefined
        ? null
        : { median: stepSeconds, p10: 0.95 * stepSeconds, p90: 1.1 * stepSeconds, count: Math.max(0, steps - timed) },
    peakBytes: 2e8 + 1e5 * batchSize,
    parameters: 35_000,
    deviceSeconds: steps * stepSeconds,
  };
}

function rangeTestOutcome(spec: TrialSpec, facts: StudyFacts, stepsTotal: number): Outcome {
  const { schedule, stop } = spec;
  if (schedule.name !== 'ramp') throw new RangeError(`schedule must be ramp, got ${schedule.name}`);
  const best = bestRate(spec, facts);
  const stepLosses: StepLoss[] = [];
  let [loss, lowest] = [startLoss(facts), Infinity];
  for (let step = 0; step < stepsTotal; step++) {
    const learningRate = schedule.from * power(schedule.to / schedule.from, step / Math.max(1, stepsTotal - 1));
    loss -= ((loss - FLOOR_LOSS) * Math.min(1, learningRate / best)) / timeConstant(spec);
    if (learningRate > BREAKDOWN * best) loss *= BREAKDOWN_GROWTH;
    lowest = Math.min(lowest, loss);
    if (stepLosses.length < STEP_LOSSES_MAX) stepLosses.push({ step, learningRate, loss: loss * noise(spec, step) });
    if (loss > (stop.divergenceFactor ?? Infinity) * lowest)
      return { status: 'diverged', step, measurement: measured(spec, facts, step + 1, [], stepLosses) };
  }
  return { status: 'completed', measurement: measured(spec, facts, stepsTotal, [], stepLosses) };
}
