import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { TASK_QUEUES, SEARCH_ATTRIBUTES } from '../workflows/words/contract';

export interface StudyListing {
  readonly name: string;
  readonly status: 'running' | 'completed' | 'failed' | 'cancelled' | 'terminated';
  /** Of a running study: the stage it is in, where the namespace indexes it. */
  readonly stage: string | null;
  /** ISO time. */
  readonly startedAt: string;
  readonly closedAt: string | null;
}

/** Enough for people to look at, and one page for the server. */
const LISTED_MAX = 200;

const STATUSES: Readonly<Record<string, StudyListing['status']>> = {
  RUNNING: 'running',
  COMPLETED: 'completed',
  FAILED: 'failed',
  TIMED_OUT: 'failed',
  CANCELLED: 'cancelled',
  TERMINATED: 'terminated',
};

/**
 * Studies that run or that the server still remembers, the newest first; at most 200.
 *
 * @param taskQueuePrefix Of the deployment: others may share the namespace.
 */
export async function listStudies(
  { client }: { readonly client: Client },
  taskQueuePrefix: string,
): Promise<readonly StudyListing[]> {
  const taskQueue = `${taskQueuePrefix}${TASK_QUEUES.tuner}`;
  // A study that continued as new shows as its newest run.
  const query = `WorkflowType = 'tuneStudy' AND TaskQueue = '${taskQueue}' AND ExecutionStatus != 'ContinuedAsNew'`;
  const studies: StudyListing[] = [];
  for await (const execution of client.workflow.list({ query, pageSize: LISTED_MAX })) {
    studies.push(listingOf(execution));
    if (studies.length === LISTED_MAX) break;
  }
  return studies.sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
}

function listingOf({
  workflowId,
  status,
  startTime,
  closeTime,
  memo,
  searchAttributes,
}: WorkflowExecutionInfo): StudyListing {
  const running = status.name === 'RUNNING';
  const [stage] = searchAttributes[SEARCH_ATTRIBUTES.stage.name] ?? [];
  const startedAt = memo?.['stepwellStartedAt'];
  return {
    name: workflowId.replace(/^study\//, ''),
    status: STATUSES[status.name] ?? 'failed',
    stage: running && typeof stage === 'string' ? stage : null,
    startedAt: typeof startedAt === 'string' ? startedAt : startTime.toISOString(),
    closedAt: closeTime?.toISOString() ?? null,
  };
}
