/**
 * Studies that no tuner worker there is can go on with: each has the maths of another planner than the study has.
 *
 * @module
 */
import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { isPlannerRefusal } from '../workflows/driver/planner-version';
import { describeStudy, studyHandle } from './study-handle';
import type { StudyClient } from './study-handle';

/** More events than a study adds between two tasks of its workflow. */
const EVENTS_LOOKED_AT = 500;

/** Nobody answers for the study, nor changes it, until a tuner worker with its planner comes. */
export class StudyStranded extends Error {
  override readonly name = 'StudyStranded';
  constructor(studyId: string, refusal: string) {
    super(strandedText(studyId, refusal));
  }
}

/** What a worker said, and what helps where no other will come. */
export function strandedText(studyId: string, refusal: string): string {
  return `${refusal}; where none will come, end the study with: stepwell cancel ${studyId}, and go on from its last decision with: stepwell recover ${studyId}`;
}

/** What the latest worker said that took the study's task and had not its planner; `undefined` where none did. */
export async function plannerRefusal(
  client: Client,
  { raw, workflowId, runId }: WorkflowExecutionDescription,
): Promise<string | undefined> {
  if (!raw.pendingWorkflowTask) return undefined;
  const { history } = await client.workflowService.getWorkflowExecutionHistoryReverse({
    namespace: client.options.namespace,
    execution: { workflowId, runId },
    maximumPageSize: EVENTS_LOOKED_AT,
  });
  const latest = (history?.events ?? []).find(
    (event) => event.workflowTaskFailedEventAttributes ?? event.workflowTaskCompletedEventAttributes,
  );
  return refusalIn(latest?.workflowTaskFailedEventAttributes?.failure);
}

/** The refusal that a failure is; `undefined` for any other. */
export function refusalIn(failure: unknown): string | undefined {
  const message = (failure as { readonly message?: unknown } | null | undefined)?.message;
  return typeof message === 'string' && isPlannerRefusal(message) ? message : undefined;
}

/** @throws StudyStranded if the study is, StudyNotFound */
export async function assertNotStranded(client: StudyClient, name: string): Promise<void> {
  const refusal = await plannerRefusal(client.client, await describeStudy(client, name));
  if (refusal !== undefined) throw new StudyStranded(name, refusal);
}

/**
 * Ends a study that cannot end in order, for nobody has its planner. Its trials write checkpoints, what it decided and
 * trained stays, and a recovery goes on with it; no report is written.
 */
export async function terminateStudy(client: StudyClient, name: string, reason: string): Promise<void> {
  await studyHandle(client, name).terminate(reason);
}
