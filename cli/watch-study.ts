/**
 * Watches a study until it ends, through a server that goes and comes back.
 *
 * @module
 */
import { setTimeout as delay } from 'node:timers/promises';
import { observeStudy } from '../workers/client';
import type { StudyClient, StudyObservation } from '../workers/client';
import { reasonOf } from './failure';
import { unlessInterrupted } from './interrupt';
import type { Interrupt } from './interrupt';
import type { Display } from './progress/display';
import type { StudyProgress } from '../workflows/words/progress';

/** Often enough to look alive; one look is a few milliseconds of the server's time. */
const LOOK_EVERY_MILLISECONDS = 500;

export interface Watch {
  readonly client: StudyClient;
  readonly name: string;
  readonly display: Display;
  readonly interrupt: Interrupt;
  /** What else is known of a study that no worker answers for. */
  readonly stored: () => Promise<StudyProgress | undefined>;
}

/**
 * Shows a study's progress until it ends, however it does.
 *
 * @returns The last that was seen of it.
 * @throws StudyNotFound, the interrupt's error, or what the server says when it refuses the very first question.
 */
export async function watchStudy({ client, name, display, interrupt, stored }: Watch): Promise<StudyObservation> {
  const look = observeStudy(client, name);
  let last: StudyObservation | undefined;
  let asStored: Promise<StudyProgress | undefined> | undefined;
  try {
    for (;;) {
      let lost: string | undefined;
      try {
        last = await unlessInterrupted(interrupt, look());
        if (last.refusal !== undefined && last.progress === undefined)
          last = { ...last, progress: await (asStored ??= stored()) };
      } catch (error) {
        if (last === undefined || !isServerAway(error)) throw error;
        lost = reasonOf(error);
      }
      display.show({ observation: last, lost, elapsedSeconds: (Date.now() - last.startedAt.getTime()) / 1000 });
      if (last.status !== 'RUNNING' && last.status !== 'CONTINUED_AS_NEW') return last;
      await unlessInterrupted(interrupt, delay(LOOK_EVERY_MILLISECONDS));
    }
  } finally {
    display.end();
  }
}

function isServerAway(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ServiceError';
}
