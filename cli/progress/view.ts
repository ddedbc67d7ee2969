/**
 * What the progress displays show, as data, and the warnings that a watcher must not be left without.
 *
 * @module
 */
import { strandedText } from '../../workers/planner-refusal';
import type { RunningTrial, StudyObservation } from '../../workers/client';
import type { StageProgress, StudyProgress, TrialSummary } from '../../workflows/words/progress';

export interface StudyView {
  readonly observation: StudyObservation;
  /** Why the server gives no answer now; the observation is then the last one there was. */
  readonly lost: string | undefined;
  readonly elapsedSeconds: number;
}

/** A trial that has begun and not ended, with what its worker says of it. */
export interface OpenTrial {
  readonly trialId: string;
  readonly label: string;
  readonly running: RunningTrial | undefined;
  /** Why no worker has it. */
  readonly rests: 'waiting' | 'paused';
}

/** Trials of a stage that are under way. */
export function openTrials(stage: StageProgress, { trials, progress }: StudyObservation): readonly OpenTrial[] {
  return stage.trials
    .filter(({ status }) => status === 'running')
    .map(({ trialId, label }) => {
      return {
        trialId,
        label,
        running: trials.find((running) => running.trialId === trialId),
        rests: progress?.status === 'paused' ? 'paused' : 'waiting',
      };
    });
}

export function endedTrials(stage: StageProgress): readonly TrialSummary[] {
  return stage.trials.filter(({ status }) => status !== 'running');
}

/**
 * What a person must do for a study to go on; `undefined` for one that goes on by itself.
 * @param status Of the study as it says itself.
 */
export function waitsFor(studyId: string, status: string, stages: StudyProgress['stages']): string | undefined {
  if (status === 'paused') return `the study is paused; go on with: stepwell resume ${studyId}`;
  const stage = status === 'waiting' ? stages.find((other) => other.status === 'waiting') : undefined;
  return stage === undefined
    ? undefined
    : `${stage.stageId} waits for approval; give it with: stepwell approve ${studyId}`;
}

/** What keeps the study from going on, one sentence each, with what to do. */
export function noticesOf({
  observation: { studyId, tunerAnswers, refusal, trainingWorkers, retried, status, progress },
  lost,
}: Pick<StudyView, 'observation' | 'lost'>): readonly string[] {
  if (lost !== undefined) return [`the Temporal server gives no answer (${lost}); watching goes on when it is back`];
  if (status !== 'RUNNING') return [];
  const notices: string[] = [];
  const waits = progress === undefined ? undefined : waitsFor(studyId, progress.status, progress.stages);
  if (waits !== undefined) notices.push(waits);
  if (refusal !== undefined) notices.push(strandedText(studyId, refusal));
  else if (!tunerAnswers) notices.push('waiting for a tuner worker; start one with: stepwell worker tuner');
  if (trainingWorkers === 0) notices.push('no training worker; start one with: stepwell worker training');
  for (const { what, attempt, failure } of retried)
    notices.push(`${what} failed and is tried again (attempt ${attempt}): ${failure}`);
  return notices;
}

/** Trials that failed and are tried again, one sentence each. */
export function retriesOf({ observation: { trials } }: Pick<StudyView, 'observation'>): readonly string[] {
  return trials.flatMap(({ trialId, attempt, failure }) =>
    failure === undefined ? [] : [`${trialId} is tried again (attempt ${attempt}): ${failure}`],
  );
}
