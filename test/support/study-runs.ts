import type { History } from '@temporalio/common/lib/proto-utils';
import type { ScriptedStudy, ScriptedWorld } from './scripted-studies';

/** The histories of a study's runs, the first one first: each continue-as-new begins a run. */
export async function runsOf({ handle }: ScriptedStudy, { client }: ScriptedWorld): Promise<readonly History[]> {
  const runs: History[] = [];
  for (let runId: string | null | undefined = handle.firstExecutionRunId; runId;) {
    const history: History = await client.workflow.getHandle(handle.workflowId, runId).fetchHistory();
    runs.push(history);
    runId = history.events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
  }
  return runs;
}

/** Trials that a run scheduled, in that order. */
export function trialsOf({ events }: History): readonly string[] {
  return (events ?? []).flatMap(({ activityTaskScheduledEventAttributes: scheduled }) =>
    scheduled?.activityType?.name === 'runTrial' ? [scheduled.activityId ?? ''] : [],
  );
}
