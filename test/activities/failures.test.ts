import { createStudyActivities, memoryStore } from '../../activities';
import type { ObjectStore } from '../../activities';
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
