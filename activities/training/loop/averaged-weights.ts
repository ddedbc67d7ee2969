/**
 * The average of weights in a training: how much a step adds to it, and what is evaluated and kept.
 *
 * @module
 */
import { stepsOf } from '../../../workflows/trials/length';
import { averageShare, needsStatistics, type WeightAverage } from '../../../workflows/trials/weight-average';
import type { OpenTraining } from '../engine';
import type { HostTensor, HostTensors } from '../safetensors';
import type { DataOrder } from './data-order';
import { epochsDone, type TrialFacts } from './trial-facts';

/** Batches between two turns of the event loop. */
const BATCHES_PER_TURN = 8;

/** The share of the new weights in their average in the step after `step` others; undefined where none is kept. */
export function shareAfter(average: WeightAverage | null, step: number, facts: TrialFacts): number | undefined {
  if (average === null) return undefined;
  return averageShare(average, {
    step: step + 1,
    epochsDone: epochsDone(facts, step + 1),
    epochsBefore: epochsDone(facts, step),
    epochs: epochsOf(facts),
  });
}

/** Of the whole training, by the batch size that it starts with. */
const epochsOf = ({ limit, trainExamples, batchSize }: TrialFacts): number =>
  'epochs' in limit ? limit.epochs : (stepsOf(limit, trainExamples, batchSize) * batchSize) / trainExamples;

export interface AveragedAt {
  readonly average: WeightAverage | null;
  readonly training: OpenTraining;
  readonly facts: TrialFacts;
  readonly order: DataOrder;
  readonly seed: number;
  /** Steps done. */
  readonly step: number;
  /** Called between batches; what it throws ends the work. */
  readonly between: (more: boolean) => Promise<void>;
}

/**
 * What counts as the model after some steps: the average where there is one, else the weights. After SWA the engine
 * holds something else than it did: load what trains again.
 *
 * @param state As the engine has it.
 */
export async function weightsThatCount(at: AveragedAt, state: HostTensors): Promise<HostTensors> {
  const { average, training, facts, step } = at;
  const weights = training.averagesOf(state);
  if (weights === null) return training.weightsOf(state);
  const where = { epochsDone: epochsDone(facts, step), epochs: epochsOf(facts) };
  if (training.statistics.size === 0 || !needsStatistics(average, where)) return weights;
  return new Map([...weights, ...(await statisticsAnew(at, new Map([...state, ...weights])))]);
}

/**
 * Moving statistics of the averaged weights: the means over one pass of the training examples, in batches as the first
 * pass has them. From 0 on, a step leaves its own share of what its batch has.
 *
 * Source: P. Izmailov et al., "Averaging Weights Leads to Wider Optima and Better Generalization", UAI 2018
 * (arXiv:1803.05407), section 3.2.
 */
async function statisticsAnew(
  { training, facts, order, seed, between }: AveragedAt,
  state: HostTensors,
): Promise<HostTensors> {
  const { engine, statistics } = training;
  const shapes = [...statistics.keys()].map((key) => [key, state.get(key) as HostTensor] as const);
  engine.load(
    new Map([
      ...state,
      ...shapes.map(([key, { shape, values }]): [string, HostTensor] => [
        key,
        { shape, values: new Float32Array(values.length) },
      ]),
    ]),
  );
  const sums = new Map(shapes.map(([key, { values }]) => [key, new Float64Array(values.length)]));
  const batches = Math.max(1, Math.floor(facts.trainExamples / facts.batchSize));
  for (let i = 0; i < batches; i += 1) {
    const examples = order.batch(i * facts.batchSize, facts.batchSize);
    const left = engine.statistics(examples, training.stepScalars(i, 0), [seed, i]);
    for (const [key, sum] of sums) left.get(key)?.values.forEach((value, j) => (sum[j] = (sum[j] ?? 0) + value));
    if ((i + 1) % BATCHES_PER_TURN === 0) await between(true);
  }
  return new Map(
    shapes.map(([key, { shape }]): [string, HostTensor] => {
      const share = (1 - (statistics.get(key) ?? 0)) * batches;
      return [key, { shape, values: Float32Array.from(sums.get(key) ?? [], (sum) => sum / share) }];
    }),
  );
}
