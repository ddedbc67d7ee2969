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
  for (let piece = 0; piece < 90; piece++) {
    await jest.advanceTimersByTimeAsync(200_000);
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

test('work that moves nothing any more, or is cancelled, is told to end; a worker that stops lets it finish', async () => {
  const reasons: unknown[] = [];
  const hang = (environment: ReturnType<typeof quietEnvironment>) =>
    environment
      .run(() =>
        heartbeating(
          (_, signal) =>
            new Promise((_resolve, reject) => {
              signal.addEventListener('abort', () => {
                reasons.push(signal.reason);
                reject(signal.reason as Error);
              });
            }),
        ),
      )
      .catch((error: unknown) => error);
  const [stalled, cancelled, stopping] = [quietEnvironment(), quietEnvironment(), quietEnvironment()];
  const ended = [hang(stalled), hang(cancelled), hang(stopping)];
  cancelled.cancel('CANCELLED');
  stopping.cancel('WORKER_SHUTDOWN');
  await jest.advanceTimersByTimeAsync((TRANSFER_STALL_SECONDS + 30) * 1000);
  await Promise.all(ended);
  expect(reasons.map((reason) => (reason as Error).name)).toEqual([
    'CancelledFailure',
    'StorageUnavailable',
    'StorageUnavailable',
  ]);
});

test('a telling store hands its signal to every transfer, but for those with one of their own', async () => {
  const ending = AbortSignal.abort(new Error('told to'));
  const store = telling(memoryStore(), () => undefined, ending);
  await expect(store.putFile('a', Buffer.from('1'))).rejects.toThrow('told to');
  await expect(store.getFile('a', null)).rejects.toThrow('told to');
  await expect(store.get('a')).rejects.toThrow('told to');
  await expect(store.copy('a', 'b')).rejects.toThrow('told to');
  const { signal } = new AbortController();
  expect(await store.putFile('a', Buffer.from('1'), { signal })).toMatchObject({ bytes: 1 });
});

test('a telling store does what the store does, and says each time that something moved', async () => {
  const onMoved = jest.fn();
  const store = telling(memoryStore(), onMoved);
  await store.put('a', Buffer.from('1'));
  expect((await store.get('a'))?.bytes).toEqual(Uint8Array.from(Buffer.from('1')));
  expect(await store.head('a')).toMatchObject({ bytes: 1 });
  expect(await store.list('')).toHaveLength(1);
  await store.delete(['a']);
  expect(onMoved).toHaveBeenCalledTimes(6);
});
