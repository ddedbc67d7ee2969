import { endOf, hangsFrom, TrainerStalled } from '../../../activities/trial/attempt-end';
import type { AttemptFacts } from '../../../activities/trial/attempt-end';
import { TrainerCrashed, TrainerFailed } from '../../../activities/trial/trainer-process';
import { FAILURES } from '../../../workflows/words/contract';
import type { Receipt } from '../../../workflows/words/outcome';

const facts = (changed: Partial<AttemptFacts> = {}): AttemptFacts => ({
  step: 42,
  deviceSeconds: 4.2,
  process: 'warm',
  previousError: undefined,
  hangsBefore: 0,
  scratchFolder: '/cache/scratch/1-abc',
  ...changed,
});
const crashed = (
  how: string,
  options: { readonly killed?: boolean; readonly outOfMemory?: boolean } = {},
): TrainerCrashed =>
  new TrainerCrashed(`trainer process ended ${how}: some output`, {
    how,
    killed: false,
    outOfMemory: false,
    ...options,
  });
const failed = (message: string, failure: string = FAILURES.trainerCrashed): TrainerFailed =>
  new TrainerFailed(failure, message, 'at step');
const named = (name: string): Error => Object.assign(new Error(name), { name });

/** What the next attempt would know of this one. */
function wordsAfter(error: unknown, changed: Partial<AttemptFacts> = {}): string | undefined {
  const end = endOf(error, facts(changed));
  return 'death' in end ? end.death.error : undefined;
}

test.each([
  ['workerStopped', Object.assign(named('CancelledFailure'), { message: 'WORKER_SHUTDOWN' })],
  ['takenBack', Object.assign(named('CancelledFailure'), { message: 'CANCELLED' })],
  ['trainerStalled', new TrainerStalled('no progress', 61)],
  ['storage', named('StorageUnavailable')],
  ['storage', named('StorageRefused')],
  ['storage', named('StorageDenied')],
  ['diskFull', failed('ENOSPC: no space left on device, write')],
  ['trainerKilled', crashed('by SIGKILL', { killed: true })],
  ['trainerCrashed', crashed('by SIGSEGV')],
  ['trainerCrashed', failed('bad shape')],
  ['unknown', named('Fenced')],
  ['unknown', 'a string'],
])('leaves word of %s, and throws what happened', (cause, error) => {
  expect(endOf(error, facts())).toEqual({ thrown: error, death: expect.objectContaining({ cause, step: 42 }) });
});

test('seconds that nothing came of are spent all the same', () => {
  expect(endOf(crashed('by SIGSEGV'), facts())).toMatchObject({ death: { deviceSeconds: 4.2 } });
  expect(endOf(new TrainerStalled('no progress', 61), facts())).toMatchObject({ death: { deviceSeconds: 65.2 } });
});

test('the same error of the trainer in two attempts running is a bug that no third one mends', () => {
  const error = failed('bad shape');
  const end = endOf(error, facts({ previousError: wordsAfter(error) }));
  expect(end).toMatchObject({
    thrown: {
      name: 'TrainerBroken',
      message: 'training fails the same way every time: bad shape',
      trainerStack: 'at step',
    },
  });
});

test('another error than last time is tried again', () => {
  expect(endOf(failed('bad dtype'), facts({ previousError: wordsAfter(failed('bad shape')) }))).toMatchObject({
    thrown: { name: 'TrainerCrashed' },
  });
});

test('an error that names the scratch folder, another one in every attempt, is the same error', () => {
  const first = wordsAfter(failed('cannot read /cache/scratch/1-abc/resume'));
  expect(
    endOf(
      failed('cannot read /cache/scratch/2-xyz/resume'),
      facts({ previousError: first, scratchFolder: '/cache/scratch/2-xyz' }),
    ),
  ).toMatchObject({ thrown: { name: 'TrainerBroken' } });
});

test('the same crash at the same step is the same error, at another step it is not', () => {
  const first = wordsAfter(crashed('by SIGSEGV'));
  expect(endOf(crashed('by SIGSEGV'), facts({ previousError: first }))).toMatchObject({
    thrown: { name: 'TrainerBroken' },
  });
  expect(endOf(crashed('by SIGSEGV'), facts({ previousError: first, step: 43 }))).toMatchObject({
    thrown: { name: 'TrainerCrashed' },
  });
});

test('a trainer that somebody kills or whose disk is full is tried again however often', () => {
  for (const error of [
    crashed('by SIGKILL', { killed: true }),
    failed('ENOSPC: no space left on device, write'),
    named('StorageUnavailable'),
  ]) {
    expect(wordsAfter(error)).toBeUndefined();
    expect(endOf(error, facts())).toMatchObject({ thrown: error });
  }
});

test('an error of the worker that nobody foresaw is tried once more, and stops the study the second time', () => {
  const denied = (): Error =>
    Object.assign(new Error("EACCES: permission denied, open '/cache/x'"), { code: 'EACCES' });
  const first = endOf(denied(), facts());
  expect(first).toMatchObject({ thrown: { message: expect.stringContaining('EACCES') } });
  const known = { previousError: wordsAfter(denied()) };
  expect(endOf(denied(), facts(known))).toMatchObject({
    thrown: { name: 'TrainerBroken', message: expect.stringContaining("permission denied, open '/cache/x'") },
  });
  expect(endOf(denied(), facts({ ...known, step: 43 }))).toMatchObject({ thrown: { name: 'Error' } });
  expect(endOf(new TypeError('x is not a function'), facts(known))).toMatchObject({ thrown: { name: 'TypeError' } });
});

test.each([
  ['the store', named('StorageUnavailable')],
  ['a refusal', named('StorageRefused')],
  ['a full disk', Object.assign(new Error('no space'), { code: 'ENOSPC' })],
  ['a cancellation', named('CancelledFailure')],
  ['another attempt', named('Fenced')],
])('%s is no bug, however often', (_, error) => {
  expect(wordsAfter(error)).toBeUndefined();
});

test('a third hang from the same checkpoint is a bug, a second may be the machine', () => {
  const hang = new TrainerStalled('trainer made no progress for 61 s', 61);
  expect(endOf(hang, facts({ hangsBefore: 1 }))).toMatchObject({ thrown: hang });
  expect(endOf(hang, facts({ hangsBefore: 2 }))).toMatchObject({
    thrown: {
      name: 'TrainerBroken',
      message: 'training fails the same way every time: trainer made no progress for 61 s',
    },
    death: { cause: 'trainerStalled' },
  });
});

test('hangs count from the last attempt that got on, or ended in another way', () => {
  const receipt = (cause: Receipt['cause'], resumedAtStep: number): Receipt => ({
    trialId: 'sweep/000',
    cause,
    attempt: 2,
    lastStep: 45,
    resumedAtStep,
    stepsLost: 5,
    deviceSecondsLost: 1,
    worker: 'w',
  });
  const hung = receipt('trainerStalled', 40);
  expect(hangsFrom(40, [])).toBe(0);
  expect(hangsFrom(40, [hung, hung])).toBe(2);
  expect(hangsFrom(60, [hung, hung])).toBe(0);
  expect(hangsFrom(40, [receipt('trainerStalled', 20), hung])).toBe(1);
  expect(hangsFrom(40, [hung, receipt('workerLost', 40), hung])).toBe(1);
});

test('an error with a type of its own keeps it', () => {
  expect(
    endOf(failed('no such layer', FAILURES.modelInvalid), facts({ previousError: 'no such layer' })),
  ).toMatchObject({ thrown: { name: 'ModelInvalid' } });
});

describe('memory that ran out', () => {
  const killed = crashed('by SIGKILL', { killed: true, outOfMemory: true });

  test('is a finding at once where a process of its own was to find it', () => {
    expect(endOf(killed, facts({ process: 'fresh' }))).toMatchObject({
      outcome: { status: 'outOfMemory', where: 'host' },
    });
  });

  test('is tried once more elsewhere, and a finding the second time', () => {
    expect(endOf(killed, facts())).toMatchObject({ thrown: killed, death: { cause: 'trainerKilled' } });
    expect(endOf(killed, facts({ previousError: wordsAfter(killed) }))).toMatchObject({
      outcome: { status: 'outOfMemory', where: 'host' },
    });
  });
});
