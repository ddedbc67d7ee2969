/**
 * Changes of a study that runs: the updates of its workflow, asked from outside.
 *
 * @module
 */
import { setTimeout as delay } from 'node:timers/promises';
import { WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import type { ChangeInputs, ChangeName, StudyChange } from '../workflows/driver/control/change';
import { assertNotStranded } from './planner-refusal';
import { describeStudy, studyHandle } from './study-handle';
import type { StudyClient } from './study-handle';

/** The study has ended: there is nothing left to change. */
export class StudyEnded extends Error {
  override readonly name = 'StudyEnded';
}

/** The study says no; `type` is `ChangeInvalid` or `ChangeRefused`. */
export class ChangeRejected extends Error {
  override readonly name = 'ChangeRejected';
  constructor(
    message: string,
    readonly type: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A cancellation goes on without its word in the record when no tuner worker takes that word within this. */
const WORD_MILLISECONDS = 3_000;

/** A change that no worker takes is looked into this often. */
const LOOK_EVERY_MILLISECONDS = 1_000;

/**
 * Asks a study to change. Waits for a tuner worker, for as long as none is there.
 *
 * @throws StudyNotFound, StudyEnded, ChangeRejected, StudyStranded where those that are there have not its planner
 */
export async function changeStudy<Name extends ChangeName>(
  client: StudyClient,
  name: string,
  change: Name,
  input: ChangeInputs[Name],
): Promise<StudyChange> {
  await assertRuns(client, name);
  await assertNotStranded(client, name);
  const answer = studyHandle(client, name).executeUpdate<StudyChange, [ChangeInputs[Name]]>(change, { args: [input] });
  const answered = new AbortController();
  try {
    return await Promise.race([answer, whileNotStranded(client, name, answered.signal)]);
  } catch (error) {
    // It ended between the two questions.
    if (error instanceof WorkflowNotFoundError) await assertRuns(client, name);
    throw asRejected(error);
  } finally {
    answered.abort();
  }
}

/** A worker may be there and take nothing: then the change would wait for ever. */
async function whileNotStranded(client: StudyClient, name: string, signal: AbortSignal): Promise<never> {
  for (;;) {
    await delay(LOOK_EVERY_MILLISECONDS, undefined, { signal });
    await assertNotStranded(client, name);
  }
}

/**
 * Has a study end in order: its trials write checkpoints, its report is published. Returns when the server knows, not
 * when the study has ended.
 *
 * @throws StudyNotFound, StudyEnded
 */
export async function cancelStudy(
  client: StudyClient,
  name: string,
  { by }: { readonly by?: string } = {},
): Promise<void> {
  await assertRuns(client, name);
  const word = studyHandle(client, name).executeUpdate<StudyChange, [ChangeInputs['cancel']]>('cancel', {
    args: [{ ...(by !== undefined && { by }) }],
  });
  // What counts is the cancellation; the study may be one that takes no word.
  await Promise.race([word.catch(() => undefined), delay(WORD_MILLISECONDS, undefined, { ref: false })]);
  await studyHandle(client, name).cancel();
}

async function assertRuns(client: StudyClient, name: string): Promise<void> {
  const { status } = await describeStudy(client, name);
  if (status.name !== 'RUNNING') throw new StudyEnded(`study ${name} does not run: it is ${status.name.toLowerCase()}`);
}

function asRejected(error: unknown): unknown {
  if (!(error instanceof WorkflowUpdateFailedError)) return error;
  const { cause } = error;
  const type = cause !== undefined && 'type' in cause && typeof cause.type === 'string' ? cause.type : 'ChangeRefused';
  return new ChangeRejected(cause?.message ?? error.message, type, { cause: error });
}
