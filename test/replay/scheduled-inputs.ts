/**
 * An interceptor of workflows that tells a test what activities they ask for, as the test's sink: a replay compares
 * their kinds and ids with the history, and not what they are asked.
 *
 * @module
 */
import { proxySinks } from '@temporalio/workflow';
import type { Sink, Sinks, WorkflowInterceptors } from '@temporalio/workflow';

export interface InputSinks extends Sinks {
  readonly inputs: Sink & { scheduled(activity: string, input: unknown): void };
}

const { inputs } = proxySinks<InputSinks>();

export const interceptors = (): WorkflowInterceptors => ({
  outbound: [
    {
      async scheduleActivity(input, next) {
        inputs.scheduled(input.activityType, input.args[0]);
        return next(input);
      },
    },
  ],
});
