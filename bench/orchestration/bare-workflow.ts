/**
 * As many activities as a study has trials, as many at a time, and nothing decided, stored or trained: what Temporal
 * itself takes.
 *
 * @module
 */
import { proxyActivities } from '@temporalio/workflow';

export interface BareRun {
  readonly trials: number;
  readonly parallel: number;
  readonly activityTaskQueue: string;
  /** As large as what one trial is asked by. */
  readonly input: string;
}

export async function bareActivities({ trials, parallel, activityTaskQueue, input }: BareRun): Promise<void> {
  const { runTrial } = proxyActivities<{ runTrial(input: string): Promise<string> }>({
    taskQueue: activityTaskQueue,
    startToCloseTimeout: '1 hour',
    heartbeatTimeout: '12s',
  });
  let asked = 0;
  const slot = async (): Promise<void> => {
    for (; asked < trials;) {
      asked += 1;
      await runTrial(input);
    }
  };
  await Promise.all(Array.from({ length: parallel }, slot));
}
