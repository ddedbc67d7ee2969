import type { StudyClient } from '../../workers/client';

export interface HistoryFigures {
  readonly trials: number;
  /** From the first trial asked for to the last result. */
  readonly seconds: number;
  /** Bytes of all runs of the workflow. */
  readonly historyBytes: number;
  readonly runs: number;
  /** Milliseconds a trial in the first and in the last tenth of the trials. */
  readonly millisecondsFirstTenth: number;
  readonly millisecondsLastTenth: number;
}

interface Span {
  readonly scheduled: number;
  ended: number;
}

/** What the histories of a study say of its trials, over every continue-as-new. */
export async function historyOf({ client }: StudyClient, workflowId: string): Promise<HistoryFigures> {
  const spans: Span[] = [];
  let [historyBytes, runs] = [0, 0];
  const runIds: string[] = [];
  for await (const { runId } of client.workflow.list({ query: `WorkflowId = '${workflowId}'` })) runIds.push(runId);
  for (const runId of runIds) {
    const handle = client.workflow.getHandle(workflowId, runId);
    const { raw } = await handle.describe();
    historyBytes += Number(raw.workflowExecutionInfo?.historySizeBytes ?? 0);
    runs += 1;
    spans.push(...spansOf((await handle.fetchHistory()).events ?? []));
  }
  spans.sort((a, b) => a.ended - b.ended);
  const tenth = Math.max(1, Math.floor(spans.length / 10));
  const seconds = spanOf(spans);
  return {
    trials: spans.length, seconds, historyBytes, runs,
    millisecondsFirstTenth: (1000 * spanOf(spans.slice(0, tenth))) / tenth, millisecondsLastTenth: (1000 * spanOf(spans.slice(-tenth))) / tenth,
  };
}

function spanOf(spans: readonly Span[]): number {
  return (Math.max(...spans.map(({ ended }) => ended)) - Math.min(...spans.map(({ scheduled }) => scheduled))) / 1000;
}

type HistoryEvents = NonNullable<Awaited<ReturnType<ReturnType<StudyClient['client']['workflow']['getHandle']>['fetchHistory']>>['events']>;

function spansOf(events: HistoryEvents): Span[] {
  const spans = new Map<string, Span>();
  for (const { eventId, eventTime, activityTaskScheduledEventAttributes: scheduled, activityTaskCompletedEventAttributes: completed } of events) {
    const at = Number(eventTime?.seconds ?? 0) * 1000 + (eventTime?.nanos ?? 0) / 1e6;
    if (scheduled?.activityType?.name === 'runTrial') spans.set(String(eventId), { scheduled: at, ended: at });
    const span = spans.get(String(completed?.scheduledEventId));
    if (span !== undefined) span.ended = at;
  }
  return [...spans.values()];
}
