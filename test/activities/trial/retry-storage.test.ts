import { StorageUnavailable } from '../../../activities/storage/object-store';
import { retryStorage } from '../../../activities/trial/retry-storage';

// Pauses take no time; a test's clock goes by what the work takes.
jest.mock('node:timers/promises', () => ({ setTimeout: async () => undefined }));

let seconds = 0;
beforeEach(() => {
  seconds = 0;
  jest.spyOn(performance, 'now').mockImplementation(() => seconds * 1000);
});
afterEach(() => jest.restoreAllMocks());

const options = () => ({ signal: new AbortController().signal, onMoved: () => undefined });

test('a transfer that breaks off after an hour is tried again like any other', async () => {
  let tries = 0;
  const work = async (moved: () => void): Promise<string> => {
    tries += 1;
    if (tries > 1) return 'stored';
    for (let minute = 0; minute < 60; minute++) {
      seconds += 60;
      moved();
    }
    throw new StorageUnavailable('broke off');
  };
  expect(await retryStorage(work, options())).toBe('stored');
});

test('a store that takes a little every time and then breaks off is given up at last', async () => {
  let tries = 0;
  const work = async (moved: () => void): Promise<never> => {
    tries += 1;
    moved();
    throw new StorageUnavailable('broke off');
  };
  await expect(retryStorage(work, options())).rejects.toMatchObject({ name: 'StorageUnavailable' });
  expect(tries).toBe(50);
});
