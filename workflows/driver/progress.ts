/**
 * What is told of a study: to watchers while it runs, and to its record in the store.
 *
 * @module
 */
import { STAGES } from '../stages';
import type { StageProgress, StudyProgress, StudyRecord, StudyResult, StudyStatus } from '../words/progress';
import { inRecord, shown } from './pages/stage-trials';
import type { StageTrials } from './pages/stage-trials';
import type { StudyState } from './state';

type ToldTrials = Pick<StageProgress, 'trials' | 'trialsLeftOut' | 'pages'>;

/** What watchers are told. */
export function progressOf(state: StudyState): StudyProgress {
  return progressWith(state, shown);
}

/** The same without a single trial, at no cost that grows with them. */
export function overviewOf(state: StudyState): StudyProgress {
  return progressWith(state, () => ({ trials: [] }));
}

/** Everything, but for what is in the store already. @param failure Why it failed. */
export function recordOf(state: StudyState, failure?: string): StudyRecord {
  const { studyId, run, resolved: study, final, engines } = state;
  return {
    studyId,
    studyRun: run.studyRun,
    ...(run.origins && { origins: run.origins }),
    study,
    progress: progressWith(state, inRecord),
    final,
    engines,
    ...(failure !== undefined && { failure }),
  };
}

/** What a study that completed comes to. @param published Addresses of what it left in the store. */
export function resultOf(
  { studyId, studyRun, progress, final, origins }: StudyRecord,
  published: { readonly report: string; readonly model: string | null },
): StudyResult {
  const { recoveries, receipts, changes, deviceSeconds, trials } = progress;
  const decisions = progress.stages.flatMap(({ decision }) => decision ?? []);
  return {
    studyId,
    ...(studyRun !== undefined && { studyRun }),
    status: 'completed',
    decisions: decisions.map(({ stage, stageId, hparams, because, confidence, supersedes, hadNothingToDo }) => ({
      stage,
      stageId,
      hparams,
      because,
      confidence,
      ...(supersedes && { supersedes }),
      ...(hadNothingToDo && { hadNothingToDo }),
    })),
    test: final?.test ?? null,
    model: published.model === null ? null : { uri: published.model },
    report: { uri: published.report },
    recoveries,
    receipts,
    changes,
    deviceSeconds,
    trials,
    ...(origins && { origins }),
  };
}

function progressWith(state: StudyState, trialsOf: (stage: StageTrials) => ToldTrials): StudyProgress {
  const { studyId, deviceSeconds, trialCount: trials, recoveries, receipts, control } = state;
  const stages = (state.study?.stages ?? []).map((use): StageProgress => {
    const stage = state.begunStage(use);
    return {
      stage: use.stage,
      stageId: use.stageId,
      question: STAGES[use.stage]?.question ?? '',
      status: stageStatus(state, use.stageId),
      trialsPlanned: (stage?.decision === undefined ? stage?.trialsPlanned : stage.trainings) ?? 0,
      trialsEnded: stage?.trainingsEnded ?? 0,
      ...(stage === undefined ? { trials: [] } : trialsOf(stage)),
      ...(use.inserted !== undefined && { inserted: use.inserted }),
      ...(stage?.decision !== undefined && { decision: stage.decision }),
    };
  });
  return {
    studyId,
    status: shownStatus(state),
    stages,
    deviceSeconds,
    trials,
    recoveries,
    receipts,
    changes: control.changes,
    ...(state.study?.handovers && { handovers: state.study.handovers }),
  };
}

function stageStatus(state: StudyState, stageId: string): StageProgress['status'] {
  const stage = state.stages.find((begun) => begun.stageId === stageId);
  if (stage?.decision !== undefined) return 'decided';
  const next = state.nextStage();
  if (next?.stageId === stageId && state.waitsForApproval(next)) return 'waiting';
  return stage === undefined ? 'pending' : 'running';
}

function shownStatus(state: StudyState): StudyStatus {
  if (state.status !== 'running') return state.status;
  if (state.control.paused) return 'paused';
  const next = state.nextStage();
  return next !== undefined && state.waitsForApproval(next) ? 'waiting' : 'running';
}
