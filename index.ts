/**
 * Stepwell's package entry: the study language and the words of its results. Workflows, activities, client, search and
 * analysis have entries of their own, so that a study file needs no TensorFlow.
 *
 * @module
 */
export { defineStudy, formatProblem, formatProblems, parseStudy, studyJsonSchema } from './workflows/spec';
export type {
  DatasetSpec,
  KnownNames,
  ParsedStudy,
  ParseResult,
  Problem,
  StageName,
  StageUseInput,
  StudyInput,
} from './workflows/spec';
export { FAILURES, STUDY_PROGRESS_QUERY, studyWorkflowId, TASK_QUEUES } from './workflows/words/contract';
export type { FailureType, TrialProgress, TuneStudyInput } from './workflows/words/contract';
export type { StageProgress, StudyProgress, StudyResult, StudyStatus, TrialSummary } from './workflows/words/progress';
export type { Confidence, Decision, Evidence, Plot, Series, Table } from './workflows/stages/stage';
export type { ScheduleSpec } from './workflows/words/schedule';
export type {
  BudgetSpec,
  EarlyStopping,
  LayerSpec,
  ModelSpec,
  Objective,
  OptimizerName,
  OptimizerSpec,
  PinnedDataset,
  ResolvedStudy,
  StageUse,
  TrainingSpec,
} from './workflows/words/study';
export type {
  EpochMeasurement,
  Measurement,
  ObjectRef,
  Outcome,
  Receipt,
  TrialResult,
} from './workflows/words/outcome';
export type { HParams, TrialSpec } from './workflows/words/trial';
