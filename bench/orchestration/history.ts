import type { StudyClient } from '../../workers/client';
import type { MemoryGauge } from './memory';

export interface HistoryFigures {
  readonly trials: number;
  /** From the first trial asked for to the last result. */
  readonly seconds: number;
  /** Bytes of all runs of the workflow. */
  readonly historyBytes: number;
  readonly runs: number;
  readonly firstTenth: Tenth;
  readonly lastTenth: Tenth;
}

/** What a tenth of the trials, in the order of their ends, took. */
export interface Tenth {
  readonly millisecondsPerTrial: number;
  /** Resident memory of the tuner worker, where the workflow runs. */
  readonly tunerBytes: number;
}

interface Span {
  readonly scheduled: number;
  ended: number;
}

/**
 * What the histories of a study say of its trials, over every continue-as-new, and what the tuner's memory was
 * meanwhile.
 */
export async function historyOf(
  { client }: StudyClient,
  workflowId: string,
  memory: MemoryGauge,
): Promise<HistoryFigures> {
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
  const { from, to } = periodOf(spans);
  return {
    trials: spans.length,
    seconds: (to - from) / 1000,
    historyBytes,
    runs,
    firstTenth: tenthOf(spans.slice(0, tenth), memory),
    lastTenth: tenthOf(spans.slice(-tenth), memory),
  };
}

function tenthOf(spans: readonly Span[], memory: MemoryGauge): Tenth {
  const { from, to } = periodOf(spans);
  return { millisecondsPerTrial: (to - from) / spans.length, tunerBytes: memory.between(from, to) };
}

/** In milliseconds since 1970. */
function periodOf(spans: readonly Span[]): { readonly from: number; readonly to: number } {
  return spans.reduce(
    ({ from, to }, { scheduled, ended }) => ({ from: Math.min(from, scheduled), to: Math.max(to, ended) }),
    { from: Infinity, to: -Infinity },
  );
}

type HistoryEvents = NonNullable<
  Awaited<ReturnType<ReturnType<StudyClient['client']['workflow']['getHandle']>['fetchHistory']>>['events']
>;

function spansOf(events: HistoryEvents): Span[] {
  const spans = new Map<string, Span>();
  for (const {
    eventId,
    eventTime,
    activityTaskScheduledEventAttributes: scheduled,
    activityTaskCompletedEventAttributes: completed,
  } of events) {
    const at = Number(eventTime?.seconds ?? 0) * 1000 + (eventTime?.nanos ?? 0) / 1e6;
    if (scheduled?.activityType?.name === 'runTrial') spans.set(String(eventId), { scheduled: at, ended: at });
    const span = spans.get(String(completed?.scheduledEventId));
    if (span !== undefined) span.ended = at;
  }
  return [...spans.values()];
}
