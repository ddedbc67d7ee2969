/**
 * What a training leaves when it has ended: its outcome, the weights, and the model where it is asked for.
 *
 * @module
 */
import { join } from 'node:path';
import { chanceLossOf } from '../../../workflows/tasks';
import type { Evaluation, Measurement } from '../../../workflows/words/outcome';
import type { TrainReport } from '../../trial/protocol';
import { type HostTensors, writeSafetensors } from '../safetensors';
import { WEIGHTS_FORMAT } from '../weight-names';
import { neverLearnt } from './divergence';
import type { Ending, TrainingState } from './training-state';
import type { TrialFacts } from './trial-facts';
import type { TrialParts } from './trial-parts';

export interface EndedTraining {
  readonly state: TrainingState;
  readonly facts: TrialFacts;
  /** Weights of the best epoch; `null` where none was validated. */
  readonly best: HostTensors | null;
  /** Weights that count at the end, where none was the best: the last, or their average. */
  readonly last: () => Promise<HostTensors>;
  /** Evaluates weights on the test set. */
  readonly test: (weights: HostTensors) => Promise<Evaluation>;
  /** What was measured, the test included. */
  readonly measured: (test: Evaluation | null) => Measurement;
}

/** Writes the files of a training that has ended into its scratch folder. */
export async function writeResults(
  parts: TrialParts,
  { state, facts, best, last, test, measured }: EndedTraining,
): Promise<TrainReport> {
  const {
    job: { trial, scratchFolder },
    training,
    identity,
  } = parts;
  const ending = endingOf(state, facts, parts);
  const lost = ending.status === 'diverged' || ending.status === 'dead';
  // Without a validated epoch, weights that went astray are worth nothing to anybody.
  const weights = best ?? (lost ? null : await last());
  const measurement = measured(weights !== null && trial.evaluate.test ? await test(weights) : null);
  if (weights === null)
    return { outcome: { ...ending, measurement }, engine: identity, weightsPath: null, modelFolder: null };
  const weightsPath = trial.discardWeights === true ? null : join(scratchFolder, 'weights.safetensors');
  if (weightsPath !== null)
    writeSafetensors(weightsPath, weights, { format: WEIGHTS_FORMAT, layers: JSON.stringify(training.layers) });
  const modelFolder = trial.exportModel ? join(scratchFolder, 'model') : null;
  if (modelFolder !== null) await training.export(modelFolder, weights, measurement);
  return { outcome: { ...ending, measurement }, engine: identity, weightsPath, modelFolder };
}

function endingOf(
  { ending, step, curve, watch }: TrainingState,
  { stepsTotal }: TrialFacts,
  { job: { trial, task, dataset } }: TrialParts,
): Ending {
  if (ending !== null && ending.status !== 'completed' && ending.status !== 'earlyStopped') return ending;
  const chance = chanceLossOf({ ...dataset, ...(task && { task }) });
  if (trial.stop.dead === true && neverLearnt(curve, watch, chance)) return { status: 'dead', step };
  // A patience that runs out with the last step has stopped nothing early.
  return ending === null || step >= stepsTotal ? { status: 'completed' } : ending;
}
