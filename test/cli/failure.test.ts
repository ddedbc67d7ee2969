import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  NamespaceNotFoundError,
  RetryState,
  TerminatedFailure,
} from '@temporalio/common';
import { ServiceError, WorkflowFailedError } from '@temporalio/client';
import { CommandError, failureOf, StudyFailed } from '../../cli/failure';
import { EXIT_CODES, exitCodesHelp } from '../../cli/exit-codes';
import { FAILURES, NON_RETRYABLE } from '../../workflows/words/contract';
import { ConfigInvalid } from '../../workers/config-invalid';
import { ServerUnreachable } from '../../workers/connection';

function ofActivity(type: string, message: string): Error {
  const failure = ApplicationFailure.nonRetryable(message, type);
  const activity = new ActivityFailure(
    'activity failed',
    'runTrial',
    '1',
    RetryState.NON_RETRYABLE_FAILURE,
    'worker',
    failure,
  );
  return new WorkflowFailedError('workflow failed', activity, RetryState.NON_RETRYABLE_FAILURE);
}

function ofServer(code: number, message: string): ServiceError {
  return new ServiceError('Failed to describe', { cause: Object.assign(new Error(message), { code }) });
}

describe('failures', () => {
  test.each([
    [FAILURES.datasetInvalid, 'badInput'],
    [FAILURES.datasetCorrupt, 'badInput'],
    [FAILURES.modelInvalid, 'badInput'],
    [FAILURES.invalidStudy, 'badInput'],
    [FAILURES.storageDenied, 'environment'],
    [FAILURES.storageUnavailable, 'environment'],
    [FAILURES.trainerBroken, 'environment'],
    [FAILURES.stageInconclusive, 'failed'],
    [FAILURES.resultTooLarge, 'failed'],
    [FAILURES.stageBroken, 'failed'],
  ] as const)('%s of an activity exits as %s, with its own message', (type, exit) => {
    expect(failureOf(ofActivity(type, 'what is wrong'))).toEqual({ message: 'what is wrong', type, exit });
  });

  test('every type of the contract that no retry mends gives a message and an exit', () => {
    for (const type of NON_RETRYABLE) expect(failureOf(ofActivity(type, 'm'))).toMatchObject({ message: 'm', type });
  });

  test('a study that failed is named with its stage and the reason', () => {
    const error = new StudyFailed('digits', 'lr-range-test', {
      cause: ofActivity('StageInconclusive', 'every trial diverged'),
    });
    expect(failureOf(error)).toEqual({
      message: 'study digits failed in lr-range-test: every trial diverged',
      type: 'StageInconclusive',
      exit: 'failed',
    });
    expect(error.studyId).toBe('digits');
  });

  test.each([
    [new CancelledFailure('x'), 'Cancelled', 'study digits was cancelled'],
    [new TerminatedFailure('x'), 'Terminated', 'study digits was terminated from outside'],
  ])('%p is no failure of a stage', (cause, type, message) => {
    const error = new StudyFailed('digits', 'lr-range-test', {
      cause: new WorkflowFailedError('x', cause, RetryState.NON_RETRYABLE_FAILURE),
    });
    expect(failureOf(error)).toEqual({ message, type, exit: 'failed' });
  });

  test('an error of the command line keeps its exit', () => {
    expect(failureOf(new CommandError('m', 'interrupted', 'Interrupted'))).toEqual({
      message: 'm',
      type: 'Interrupted',
      exit: 'interrupted',
    });
  });

  test.each([new ConfigInvalid('m'), new ServerUnreachable('m')])('%p is the environment', (error) => {
    expect(failureOf(error)).toEqual({ message: 'm', type: error.name, exit: 'environment' });
  });

  test('a server that is away and one that refuses are told apart', () => {
    expect(failureOf(ofServer(14, '14 UNAVAILABLE: connection refused\nmore'))).toEqual({
      message:
        'the Temporal server gives no answer (14 UNAVAILABLE: connection refused); is it up? see stepwell doctor',
      type: 'ServerUnreachable',
      exit: 'environment',
    });
    expect(failureOf(ofServer(7, '7 PERMISSION_DENIED: no'))).toMatchObject({
      message: expect.stringMatching(/^the Temporal server refuses .* check TEMPORAL_API_KEY/),
      type: 'ServerRefused',
      exit: 'environment',
    });
  });

  test('a namespace that is not there is named, with the variable to set', () => {
    expect(failureOf(new NamespaceNotFoundError('tuning'))).toMatchObject({
      message: expect.stringMatching(/tuning.*TEMPORAL_NAMESPACE/),
      exit: 'environment',
    });
  });

  test('anything else is one line and exit 1', () => {
    expect(failureOf(new TypeError('x is not a function'))).toEqual({
      message: 'x is not a function',
      type: 'TypeError',
      exit: 'failed',
    });
    expect(failureOf('text')).toMatchObject({ message: 'text', exit: 'failed' });
  });
});

test('the help lists every exit code', () => {
  for (const { code, meaning } of Object.values(EXIT_CODES))
    expect(exitCodesHelp()).toMatch(new RegExp(`${code} +${meaning.slice(0, 10)}`));
});
