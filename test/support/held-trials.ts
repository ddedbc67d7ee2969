import { STUDY_PROGRESS_QUERY } from '../../workflows/words/contract';
import type { StudyProgress } from '../../workflows/words/progress';
import type { Outcome } from '../../workflows/words/outcome';
import type { TrialSpec } from '../../workflows/words/trial';
import type { ScriptedStudy, StudyScript } from './scripted-studies';
import { waitFor } from './wait-for';

/** Trials that end when a test says so, and not before. */
export interface HeldTrials {
  readonly trial: NonNullable<StudyScript['trial']>;
  readonly held: () => readonly string[];
  /** Ends a trial with an outcome, by default a plausible one. */
  release(trialId: string, end?: (spec: TrialSpec, plausible: () => Outcome) => Outcome): void;
}

export function heldTrials(): HeldTrials {
  const waiting = new Map<string, (end: Parameters<HeldTrials['release']>[1]) => void>();
  return {
    trial: (spec, plausible) =>
      new Promise((resolve, reject) => {
        waiting.set(spec.trialId, (end = () => plausible()) => {
          try {
            resolve(end(spec, plausible));
          } catch (error) {
            reject(error);
          }
        });
      }),
    held: () => [...waiting.keys()],
    release: (trialId, end) => {
      const endNow = waiting.get(trialId);
      if (endNow === undefined)
        throw new Error(`trial ${trialId} does not run; these do: ${[...waiting.keys()].join(', ')}`);
      waiting.delete(trialId);
      endNow(end);
    },
  };
}

/** Trials that run as far as the workflow knows. */
async function runningTrials({ handle }: ScriptedStudy): Promise<readonly string[]> {
  const { stages } = await handle.query<StudyProgress, []>(STUDY_PROGRESS_QUERY);
  return stages.flatMap(({ trials }) =>
    trials.filter(({ status }) => status === 'running').map(({ trialId }) => trialId),
  );
}

/**
 * What runs, if the workflow has reacted to all that happened: then it starts no further trial by itself. A workflow
 * that works out what to try next has a task open.
 */
async function whatRuns(study: ScriptedStudy, { held }: HeldTrials): Promise<readonly string[] | undefined> {
  const known = await runningTrials(study);
  const { pendingActivities, pendingWorkflowTask } = (await study.handle.describe()).raw;
  const ids = pendingActivities?.map(({ activityId }) => activityId);
  const here = held();
  return known.length > 0 &&
    !pendingWorkflowTask &&
    [ids?.length, here.length].every((length) => length === known.length) &&
    known.every((trialId) => here.includes(trialId) && ids?.includes(trialId))
    ? known
    : undefined;
}

/** Waits until trials run and the workflow waits for them. @returns the trials, in the order of their start. */
export function settled(study: ScriptedStudy, trials: HeldTrials): Promise<readonly string[]> {
  return waitFor('the workflow waits for its trials', () => whatRuns(study, trials));
}

/**
 * Ends a study's trials one at a time, each once the workflow has reacted to the one before, until the study ends.
 *
 * @param pick Which of the running ones, in the order of their start, ends next.
 */
export async function conduct(
  study: ScriptedStudy,
  trials: HeldTrials,
  pick: (running: readonly string[]) => string | undefined,
): Promise<void> {
  let isOver = false;
  void study.handle
    .result()
    .then(
      () => undefined,
      () => undefined,
    )
    .then(() => {
      isOver = true;
    });
  for (;;) {
    const running = await waitFor('the study waits for its trials or ends', () =>
      isOver ? [] : whatRuns(study, trials),
    );
    const next = pick(running);
    if (next === undefined) return;
    trials.release(next);
  }
}
