/**
 * Every error as one sentence for people, a type for programs, and an exit code.
 *
 * @module
 */
import { FAILURES } from '../workflows/words/contract';
import type { FailureType } from '../workflows/words/contract';
import { formatProblems } from '../workflows/spec';
import type { Problem } from '../workflows/spec';
import type { Exit } from './exit-codes';

/** An error that the command line itself found; the message says what is wrong and what to do. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  constructor(
    message: string,
    readonly exit: Exit,
    readonly type: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A study with mistakes: the message has a line for each. */
export function studyInvalid(
  file: string,
  problems: readonly Problem[],
  lines: string = formatProblems(problems),
): CommandError {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  return new CommandError(`${file} has ${count}\n${lines}`, 'badInput', FAILURES.invalidStudy);
}

export interface Failure {
  readonly message: string;
  readonly type: string;
  readonly exit: Exit;
}

/** Exit of a study's failure by its type; all others are `failed`. */
const EXIT_OF_FAILURE: Partial<Record<FailureType, Exit>> = {
  InvalidStudy: 'badInput',
  DatasetInvalid: 'badInput',
  DatasetCorrupt: 'badInput',
  ModelInvalid: 'badInput',
  ModuleUnavailable: 'badInput',
  ChangeInvalid: 'badInput',
  TrainerBroken: 'environment',
  StorageUnavailable: 'environment',
  StorageRefused: 'environment',
  StorageDenied: 'environment',
};

/** Names of errors that the world outside causes, wherever they were thrown. */
const ENVIRONMENT_ERRORS: readonly string[] = [
  'ServerUnreachable',
  'StudyStranded',
  'WorkerRefused',
  'ConfigInvalid',
  'StorageRefused',
  'StorageDenied',
  'StorageUnavailable',
  'TrainerBroken',
  'ServiceUnavailable',
  'ServiceFailed',
];

/** Names of errors of what a command was given, wherever they were thrown. */
const INPUT_ERRORS: readonly string[] = ['ModelUnreadable'];

/** gRPC's codes for callers that the server knows or not, but does not let in. */
const REFUSALS: readonly unknown[] = [7, 16];

/** A study that ended badly; programs that read JSON learn which. */
export class StudyFailed extends Error {
  override readonly name = 'StudyFailed';
  constructor(
    readonly studyId: string,
    readonly stageId: string | undefined,
    options: { readonly cause: unknown },
  ) {
    super(`study ${studyId} failed${stageId === undefined ? '' : ` in ${stageId}`}`, options);
  }
}

/** Lets what `work` throws name its study, for programs that read JSON. */
export async function ofStudy<T>(studyId: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof Error && !('studyId' in error) ? Object.assign(error, { studyId }) : error;
  }
}

/** The failure that an error stands for: Temporal wraps what went wrong in what it was doing. */
export function failureOf(error: unknown): Failure {
  if (error instanceof CommandError) return { message: error.message, type: error.type, exit: error.exit };
  const root = innermost(error);
  const study = error instanceof StudyFailed ? `study ${error.studyId}` : 'the study';
  if (root.name === 'CancelledFailure') return { message: `${study} was cancelled`, type: 'Cancelled', exit: 'failed' };
  if (root.name === 'TerminatedFailure')
    return { message: `${study} was terminated from outside`, type: 'Terminated', exit: 'failed' };
  if (root.name === 'NamespaceNotFoundError')
    return { message: `${root.message}; create it, or set TEMPORAL_NAMESPACE`, type: root.name, exit: 'environment' };
  if (root.name === 'ServiceError') return serviceFailure(root);
  const type = typeOf(root);
  const exit = EXIT_OF_FAILURE[type as FailureType] ?? exitOf(type);
  const message = root.message === '' ? type : root.message;
  return { message: error instanceof StudyFailed ? `${error.message}: ${message}` : message, type, exit };
}

function exitOf(type: string): Exit {
  if (INPUT_ERRORS.includes(type)) return 'badInput';
  return ENVIRONMENT_ERRORS.includes(type) ? 'environment' : 'failed';
}

function serviceFailure(error: Error): Failure {
  const { cause } = error;
  const refused = cause instanceof Error && 'code' in cause && REFUSALS.includes(cause.code);
  const what = refused ? 'refuses' : 'gives no answer';
  const fix = refused
    ? 'check TEMPORAL_API_KEY or the certificates, and TEMPORAL_NAMESPACE'
    : 'is it up? see stepwell doctor';
  return {
    message: `the Temporal server ${what} (${reasonOf(error)}); ${fix}`,
    type: refused ? 'ServerRefused' : 'ServerUnreachable',
    exit: 'environment',
  };
}

/** The cause that Temporal's failures wrap; a library's own causes stay inside. */
function innermost(error: unknown): Error {
  let inner = error instanceof Error ? error : new Error(String(error));
  const wrappers = ['StudyFailed', 'WorkflowFailedError', 'ActivityFailure', 'ChildWorkflowFailure'];
  while (wrappers.includes(inner.name) && inner.cause instanceof Error) inner = inner.cause;
  return inner;
}

function typeOf(error: Error): string {
  return 'type' in error && typeof error.type === 'string' ? error.type : error.name;
}

/** The first line of what went wrong below. */
export function reasonOf(error: Error): string {
  const cause = error.cause instanceof Error ? error.cause.message : error.message;
  return cause.split('\n')[0] ?? cause;
}
