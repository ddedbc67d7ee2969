import { memoryStore } from '../../../activities/storage/memory';
import { heartbeating, telling } from '../../../activities/study/heartbeating';
import { TRANSFER_STALL_SECONDS } from '../../../activities/trial/liveness';
import { quietEnvironment } from '../../support/activity-environment';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

/** Work that tells when it moved something, and when it has ended. */
function begin() {
  const environment = quietEnvironment({ heartbeatTimeoutMs: 30_000 });
  const seen = { heartbeats: 0 };
  environment.on('heartbeat', () => {
    seen.heartbeats += 1;
  });
  let moved = (): void => undefined;
  let end = (): void => undefined;
  const ended = environment
    .run(() =>
      heartbeating(
        (onMoved) =>
          new Promise<string>((resolve) => {
            moved = onMoved;
            end = () => resolve('done');
          }),
      ),
    )
    .catch((error: unknown) => error);
  return { seen, moved: () => moved(), end: () => end(), ended };
}

test('work of hours beats while something moves', async () => {
  const { seen, moved, end, ended } = begin();
  for (let quarter = 0; quarter < 20; quarter++) {
    await jest.advanceTimersByTimeAsync(900_000);
    moved();
  }
  expect(seen.heartbeats).toBeGreaterThan(2_000);
  end();
  expect(await ended).toBe('done');
});

test('work that moves nothing any more is given up as a store that is away', async () => {
  const { ended } = begin();
  await jest.advanceTimersByTimeAsync((TRANSFER_STALL_SECONDS + 30) * 1000);
  expect(await ended).toMatchObject({ name: 'StorageUnavailable' });
});

test('a telling store does what the store does, and says each time that something moved', async () => {
  const onMoved = jest.fn();
  const store = telling(memoryStore(), onMoved);
  await store.put('a', Buffer.from('1'));
  expect((await store.get('a'))?.bytes).toEqual(Uint8Array.from(Buffer.from('1')));
  expect(await store.head('a')).toMatchObject({ bytes: 1 });
  expect(await store.list('')).toHaveLength(1);
  await store.delete(['a']);
  expect(onMoved).toHaveBeenCalledTimes(5);
});
