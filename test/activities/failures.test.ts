import { ApplicationFailure, CancelledFailure } from '@temporalio/activity';
import { DefaultFailureConverter, defaultPayloadConverter } from '@temporalio/common';
import { createStudyActivities, memoryStore } from '../../activities';
import type { ObjectStore } from '../../activities';
import { asFailure } from '../../activities/failures';
import { StorageDenied, StorageRefused } from '../../activities/storage/object-store';
import { quietEnvironment } from '../support/activity-environment';

/** Fails as an activity does on a store whose every write ends so. */
async function failWith(error: Error, activityId: string): Promise<unknown> {
  const store: ObjectStore = Object.assign(memoryStore(), { put: () => Promise.reject(error) });
  const { recordChanges } = createStudyActivities({ store, fileRoots: [] });
  const input = { studyId: 'digits', studyRun: 'run', control: {}, budget: {} } as never;
  return quietEnvironment({ activityId })
    .run(recordChanges, input)
    .catch((failure: unknown) => failure);
}

const named = (name: string): Error => Object.assign(new Error('what went wrong'), { name });

test('an error that nobody foresaw is tried once more, and given up if it is the same', async () => {
  expect(await failWith(new TypeError('x is undefined'), 'a')).toMatchObject({
    type: 'TypeError',
    nonRetryable: false,
  });
  expect(await failWith(new RangeError('too long'), 'a')).toMatchObject({ nonRetryable: false });
  expect(await failWith(new RangeError('too long'), 'b')).toMatchObject({ nonRetryable: false });
  expect(await failWith(new RangeError('too long'), 'a')).toMatchObject({ type: 'RangeError', nonRetryable: true });
});

test.each(['StorageUnavailable', 'StorageRefused', 'Fenced', 'TrainerStalled'])(
  '%s is tried again however often',
  async (name) => {
    for (const attempt of [1, 2, 3])
      expect([attempt, await failWith(named(name), name)]).toMatchObject([
        attempt,
        { type: name, nonRetryable: false },
      ]);
  },
);

/** Of a failure that is tried again Temporal's server keeps so much, and else only says that it was too large. */
const KEPT_BYTES = 4 * 1024;

/** As within an activity. */
const failureOf = (error: Error): Promise<Error> => quietEnvironment({}).run(async () => asFailure(error));

const bytesOf = (error: Error): number =>
  Buffer.byteLength(JSON.stringify(new DefaultFailureConverter().errorToFailure(error, defaultPayloadConverter)));

test('what time or an operator mends may be tried again, what nothing mends may not', async () => {
  expect(await failureOf(new StorageRefused('expired'))).toMatchObject({ type: 'StorageRefused', nonRetryable: false });
  expect(await failureOf(new StorageDenied('damaged'))).toMatchObject({ type: 'StorageDenied', nonRetryable: true });
});

test('a failure that is tried again fits into what Temporal shows of it, whatever it says and wraps', async () => {
  const deep = (levels: number): Error => (levels === 0 ? new Error('é'.repeat(9_000)) : nested(levels));
  const nested = (levels: number): Error => new Error('x'.repeat(9_000), { cause: deep(levels - 1) });
  const failure = await failureOf(new StorageRefused(`the token has expired ${'é'.repeat(9_000)}`, { cause: deep(5) }));
  expect(failure.message).toMatch(/^the token has expired é+/);
  expect(bytesOf(failure)).toBeLessThan(KEPT_BYTES);
});

test('a failure says where it was thrown, and what was behind it', async () => {
  const failure = await failureOf(new StorageRefused('refused', { cause: new Error('the token has expired') }));
  expect(failure.stack).toContain('failures.test.ts');
  expect(failure).toMatchObject({ message: 'refused', cause: { message: 'the token has expired' } });
});

test('failures and cancellations pass as they are', async () => {
  for (const error of [ApplicationFailure.create({ message: 'x' }), new CancelledFailure('y')])
    expect(await failureOf(error)).toBe(error);
});
