/**
 * What the verbs that change a running study have in common: they ask, wait for the answer, and say what it came to.
 *
 * @module
 */
import { hostname, userInfo } from 'node:os';
import type { Command } from 'commander';
import { changeStudy } from '../workers/client';
import type { StudyClient } from '../workers/client';
import type { ChangeInputs, ChangeName, StudyChange } from '../workflows/driver/control/change';
import { CommandError, ofStudy } from './failure';
import { listenForInterrupt, unlessInterrupted } from './interrupt';
import type { Interrupt } from './interrupt';
import { print, printJson, say } from './output';
import { connectServices, DEFAULT_FOLDER } from './services';

export interface ChangeOptions {
  readonly json?: boolean;
  readonly folder: string;
}

export interface AskedChange<Name extends ChangeName> {
  readonly name: string;
  readonly change: Name;
  readonly input: Omit<ChangeInputs[Name], 'by'>;
  /** The answer for people. */
  readonly said: (change: StudyChange) => string;
  /** What must have happened before the command ends. */
  readonly then?: (client: StudyClient, interrupt: Interrupt) => Promise<void>;
}

/** A change waits for a worker as long as it takes; after this, people are told. */
const SAY_WHY_AFTER_MILLISECONDS = 10_000;

/** A verb with a study's name and the options that all of them share. */
export function changeVerb(program: Command, verb: string, description: string): Command {
  return program
    .command(verb)
    .description(description)
    .argument('<name>', 'name of the study')
    .option('--json', 'print what it came to as JSON')
    .option('--folder <folder>', 'folder of embedded services', DEFAULT_FOLDER);
}

/** Asks a study to change and prints what it came to. */
export function askStudy<Name extends ChangeName>(
  { json = false, folder }: ChangeOptions,
  asked: AskedChange<Name>,
): Promise<void> {
  const { name, change, input, said, then } = asked;
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
        changeStudy(services.client, name, change, { ...input, by: whoAsks() } as ChangeInputs[Name]),
      );
      clearTimeout(telling);
      await then?.(services.client, interrupt);
      if (json) printJson({ studyId: name, ...accepted });
      else print(said(accepted));
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

/** A number of the command line. @throws CommandError */
export function numberOf(what: string, text: string): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (Number.isFinite(value)) return value;
  throw new CommandError(`${what} must be a number, got ${JSON.stringify(text)}`, 'badInput', 'ChangeInvalid');
}
