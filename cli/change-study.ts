/**
 * What the verbs that change a running study have in common: they ask, wait for the answer, and say what it came to.
 *
 * @module
 */
import { hostname, userInfo } from 'node:os';
import { changeStudy } from '../workers/client';
import type { StudyClient } from '../workers/client';
import type { ChangeInputs, ChangeName, StudyChange } from '../workflows/driver/control/change';
import { ofStudy } from './failure';
import { listenForInterrupt, unlessInterrupted } from './interrupt';
import type { Interrupt } from './interrupt';
import { print, printJson, say } from './output';
import { connectServices } from './services';

export interface ChangeOptions {
  readonly json?: boolean;
  readonly folder: string;
}

/** A change that a verb asks for, whichever it is. */
export type AskedChange = {
  readonly [Name in ChangeName]: {
    readonly change: Name;
    readonly input: Omit<ChangeInputs[Name], 'by'>;
    /** What to print for people. */
    readonly answer: (change: StudyChange) => string;
    /** What must have happened before the command ends. */
    readonly then?: (client: StudyClient, interrupt: Interrupt) => Promise<void>;
  };
}[ChangeName];

/** A change waits for a worker as long as it takes; after this, people are told. */
const SAY_WHY_AFTER_MILLISECONDS = 10_000;

/** Asks a study to change and prints what it came to. */
export function askStudy(
  name: string,
  { json = false, folder }: ChangeOptions,
  { change, input, answer, then }: AskedChange,
): Promise<void> {
  return ofStudy(name, async () => {
    const interrupt = listenForInterrupt(
      () => `stopped waiting; whether the study has changed, see with: stepwell show ${name}`,
    );
    const services = await connectServices(folder);
    const telling = setTimeout(
      () => say('waiting for a tuner worker to take this; if none runs, start one with: stepwell up'),
      SAY_WHY_AFTER_MILLISECONDS,
    );
    try {
      const accepted = await unlessInterrupted(
        interrupt,
        changeStudy(services.client, name, change, { ...input, by: whoAsks() }),
      );
      clearTimeout(telling);
      await then?.(services.client, interrupt);
      if (json) printJson({ studyId: name, ...accepted });
      else print(answer(accepted));
    } finally {
      clearTimeout(telling);
      await services.close();
      interrupt.release();
    }
  });
}

/** For the study's record. */
export function whoAsks(): string {
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    // A container may run under a user that has no name.
    return hostname();
  }
}
