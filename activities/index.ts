/**
 * Stepwell's activities on given dependencies: what a worker registers.
 *
 * @module
 */
import type { StudyActivities, TrainingActivities } from '../workflows/words/contract';
import type { SourceAccess } from './datasets/source/source';
import { asFailure } from './failures';
import type { ObjectStore } from './storage/object-store';
import { createPassToPlanner } from './study/pass-to-planner';
import { createRecordChanges } from './study/changes-record';
import { createRecordDecision } from './study/record-decision';
import { createPublishStudy } from './study/publish-study';
import { createResolveStudy } from './study/resolve-study';
import { suggestPoints } from './study/suggest-points';
import { createLoadTrials, createRecordTrials } from './study/trial-pages';
import { createRunTrial } from './trial/run-trial';
import type { RunTrialDependencies } from './trial/run-trial';

// What the dependencies are made of, for workers of other projects.
export { memoryStore } from './storage/memory';
export type { ObjectStore } from './storage/object-store';
export { s3Store } from './storage/s3';
export type { RunTrialDependencies } from './trial/run-trial';
export { TrainerPool } from './trial/trainer-pool';

export interface StudyDependencies extends SourceAccess {
  readonly store: ObjectStore;
  /** Folder that `model.module` may be bundled from; `null` or absent: none. */
  readonly modelFolder?: string | null;
}

/** The activities of a training worker. */
export function createTrainingActivities(dependencies: RunTrialDependencies) {
  return { runTrial: createRunTrial(dependencies) } satisfies TrainingActivities;
}

/** The activities of a tuner worker; they need no TensorFlow. */
export function createStudyActivities({ store, fileRoots, openBucket, modelFolder = null }: StudyDependencies) {
  return {
    resolveStudy: failing(createResolveStudy({ store, fileRoots, modelFolder, ...(openBucket && { openBucket }) })),
    passToPlanner: failing(createPassToPlanner(store)),
    recordTrials: failing(createRecordTrials(store)),
    loadTrials: failing(createLoadTrials(store)),
    suggestPoints: failing(suggestPoints),
    recordDecision: failing(createRecordDecision(store)),
    recordChanges: failing(createRecordChanges(store)),
    publishStudy: failing(createPublishStudy(store)),
  } satisfies StudyActivities;
}

/** The same activity, whose errors have the type that the workflow matches on. */
function failing<Input, Output>(activity: (input: Input) => Promise<Output>): (input: Input) => Promise<Output> {
  return async (input) => {
    try {
      return await activity(input);
    } catch (error) {
      throw asFailure(error);
    }
  };
}
