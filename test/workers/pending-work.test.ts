import type { WorkflowExecutionDescription } from '@temporalio/client';
import { retriedWork } from '../../workers/pending-work';
import { FAILURES } from '../../workflows/words/contract';

/** A study whose decision cannot be recorded. */
function describe(type: string, message: string): WorkflowExecutionDescription {
  const lastFailure = { message, applicationFailureInfo: { type } };
  const pendingActivities = [{ activityType: { name: 'recordDecision' }, attempt: 7, lastFailure }];
  return { raw: { pendingActivities } } as unknown as WorkflowExecutionDescription;
}

test('of a refusal that somebody can heal a watcher reads that it waits, and what to do', () => {
  expect(retriedWork(describe(FAILURES.storageRefused, 'the credentials have expired: renew them'))).toEqual([
    {
      what: 'recordDecision',
      attempt: 7,
      failure: 'the credentials have expired: renew them; it waits, and goes on once that is mended',
    },
  ]);
});

test('of any other trouble a watcher reads its own words', () => {
  expect(retriedWork(describe(FAILURES.storageUnavailable, 'no route to the store\nmore'))).toMatchObject([
    { failure: 'no route to the store' },
  ]);
});

test('of a task that no worker can do a watcher reads once why, and in general where nobody said', () => {
  const stuck = { raw: { pendingWorkflowTask: { attempt: 9 } } } as unknown as WorkflowExecutionDescription;
  expect(retriedWork(stuck)).toMatchObject([{ what: 'the workflow', attempt: 9 }]);
  expect(retriedWork(stuck, 'it has another planner')).toEqual([]);
});
