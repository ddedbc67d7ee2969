import { completedRun, startStudy } from '../workers/client';
import type { CompletedRun, StartStudyOptions, StudyClient } from '../workers/client';
import { say } from './output';

/** Starts a study, and says whose place in the store it would take. @throws StudyRunning */
export async function beginStudy(client: StudyClient, options: StartStudyOptions): Promise<void> {
  const { name, beginning } = options;
  // What cannot be told holds no study up.
  const holder = await completedRun(client, name).catch(() => undefined);
  const { firstExecutionRunId } = await startStudy(client, options);
  if (holder !== undefined) say(placeTaken(name, holder, beginning?.studyRun ?? firstExecutionRunId));
}

/** What becomes of the run that holds a study's name, and of the new one. */
export function placeTaken(name: string, { completedAt, place, studyRun }: CompletedRun, newRun: string): string {
  const when = `${completedAt.slice(0, 16).replace('T', ' ')} UTC`;
  return `study ${name} completed on ${when}: this run takes its place when it completes, and the earlier one stays at ${place}runs/${studyRun}/; if it does not complete, that one keeps its place, and this run is at ${place}runs/${newRun}/`;
}
