/**
 * A study followed to its end, and its result printed.
 *
 * @module
 */
import { studyHandle } from '../workers/client';
import type { StudyObservation } from '../workers/client';
import { StudyFailed } from './failure';
import type { Interrupt } from './interrupt';
import { print, printJson, say } from './output';
import type { Display } from './progress/display';
import { lookAtText, resultText } from './result';
import type { StudyServices } from './services';
import { storedProgress } from './stored-progress';
import { watchStudy } from './watch-study';

export interface FollowOptions {
  readonly services: StudyServices;
  readonly name: string;
  readonly json: boolean;
  readonly interrupt: Interrupt;
  readonly display: Display;
  /** Of embedded services. */
  readonly folder: string;
}

/** Shows a study's progress until it ends, and its result on stdout. @throws StudyFailed with the reason. */
export async function followStudy({
  services: { client, storeFolder, failed },
  name,
  json,
  interrupt,
  display,
  folder,
}: FollowOptions): Promise<void> {
  const last = await Promise.race([
    watchStudy({ client, name, display, interrupt, stored: () => storedProgress(folder, name) }),
    failed,
  ]);
  const result = await studyHandle(client, name)
    .result()
    .catch((cause: unknown) => {
      throw new StudyFailed(name, stageOf(last), { cause });
    });
  if (json) printJson(result);
  else print(resultText(result, storeFolder));
  say(lookAtText(result, folder));
}

/** The stage that a study was in when it ended badly. */
export function stageOf({ progress }: Pick<StudyObservation, 'progress'>): string | undefined {
  return progress?.stages.find(({ status }) => status === 'running' || status === 'waiting')?.stageId;
}
