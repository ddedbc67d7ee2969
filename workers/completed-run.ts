import type { StudyResult } from '../workflows/words/progress';
import { studyWorkflowId } from '../workflows/words/contract';
import type { tuneStudy } from '../workflows';
import type { StudyClient } from './study-handle';

/** A run that completed, and so holds its study's name. */
export interface CompletedRun {
  /** ISO time. */
  readonly completedAt: string;
  /** Address of what the study's name has in the store, e.g. `s3://stepwell/v1/studies/digits/`. */
  readonly place: string;
  readonly studyRun: string;
}

/** The newest run of a study that completed; `undefined` where the server knows of none. */
export async function completedRun({ client }: StudyClient, name: string): Promise<CompletedRun | undefined> {
  const query = `WorkflowId = '${studyWorkflowId(name)}' AND ExecutionStatus = 'Completed'`;
  let newest: { readonly runId: string; readonly completedAt: string } | undefined;
  for await (const { runId, closeTime } of client.workflow.list({ query })) {
    const completedAt = closeTime?.toISOString() ?? '';
    if (newest === undefined || completedAt > newest.completedAt) newest = { runId, completedAt };
  }
  if (newest === undefined) return undefined;
  const result = await client.workflow.getHandle<typeof tuneStudy>(studyWorkflowId(name), newest.runId).result();
  return placed(result, newest.completedAt);
}

/** Results of earlier versions do not name their run. */
function placed({ report, studyRun }: StudyResult, completedAt: string): CompletedRun | undefined {
  return studyRun === undefined
    ? undefined
    : { completedAt, place: report.uri.slice(0, report.uri.lastIndexOf('/') + 1), studyRun };
}
