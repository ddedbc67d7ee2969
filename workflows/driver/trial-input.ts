import type { RunTrialInput } from '../words/contract';
import type { TrialSpec } from '../words/trial';
import { trainingOf } from '../trials/trial-training';
import type { StudyState } from './state';

/** A trial with all that its study says of it. */
export function trialInput({ studyId, run, resolved }: StudyState, trial: TrialSpec): RunTrialInput {
  const { dataset, model, task, objective, checkpointEverySeconds, checkpointEverySteps, training } = resolved;
  return {
    studyId,
    studyRun: run.studyRun,
    ...(run.fresh !== undefined && { fresh: run.fresh }),
    dataset,
    model,
    ...(task !== undefined && { task }),
    optimizer: trainingOf(training, trial.hparams).optimizer,
    objective,
    ...(training.classWeights !== undefined && { classWeights: training.classWeights }),
    ...(training.sampler !== undefined && { sampler: training.sampler }),
    checkpointEverySeconds,
    ...(checkpointEverySteps !== undefined && { checkpointEverySteps }),
    trial,
  };
}
