import { WorkflowNotFoundError } from '@temporalio/client';
import type { Client, WorkflowExecutionDescription, WorkflowHandle } from '@temporalio/client';
import { studyWorkflowId } from '../workflows/words/contract';
import type { tuneStudy } from '../workflows';

/** A connection to the server that holds the studies. */
export interface StudyClient {
  readonly client: Client;
  readonly address: string;
  close(): Promise<void>;
}

/** No study of this name is known to the server. */
export class StudyNotFound extends Error {
  override readonly name = 'StudyNotFound';
}

/** The newest run of a study. */
export function studyHandle({ client }: StudyClient, name: string): WorkflowHandle<typeof tuneStudy> {
  return client.workflow.getHandle<typeof tuneStudy>(studyWorkflowId(name));
}

/** What the server knows of a study's newest run. @throws StudyNotFound */
export async function describeStudy(client: StudyClient, name: string): Promise<WorkflowExecutionDescription> {
  try {
    return await studyHandle(client, name).describe();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError)
      throw new StudyNotFound(`there is no study ${name}; see those there are with: stepwell list`);
    throw error;
  }
}
