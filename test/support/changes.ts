import { STUDY_PROGRESS_QUERY } from '../../workflows/words/contract';
import type { StudyProgress } from '../../workflows/words/progress';
import type { ChangeInputs, ChangeName, StudyChange } from '../../workflows/driver/control/change';
import type { ScriptedStudy } from './scripted-studies';
import { waitFor } from './wait-for';

/** Asks a study to change, as any client does. */
export function change<Name extends ChangeName>(
  { handle }: { readonly handle: Pick<ScriptedStudy['handle'], 'executeUpdate'> },
  name: Name,
  input: ChangeInputs[Name],
): Promise<StudyChange> {
  return handle.executeUpdate<StudyChange, [ChangeInputs[Name]]>(name, { args: [input] });
}

export function progressOf({ handle }: Pick<ScriptedStudy, 'handle'>): Promise<StudyProgress> {
  return handle.query<StudyProgress, []>(STUDY_PROGRESS_QUERY);
}

/** Trials that Temporal knows as open, whoever trains them. */
export async function openTrials({ handle }: Pick<ScriptedStudy, 'handle'>): Promise<readonly string[]> {
  const { raw } = await handle.describe();
  return (raw.pendingActivities ?? [])
    .filter(({ activityType }) => activityType?.name === 'runTrial')
    .map(({ activityId }) => activityId ?? '')
    .sort();
}

/** Pauses a study, and waits until its last trial has been handed back. */
export async function pause(study: ScriptedStudy): Promise<void> {
  await change(study, 'pause', {});
  await waitFor('all trials were handed back', async () => ((await openTrials(study)).length === 0 ? true : undefined));
}
