import { TrialPermits } from '../../workers/trial-permits';

function worker(slots: number) {
  let onChange = (): void => undefined;
  const trainers = { slots, storing: 0, watch: (changed: () => void) => (onChange = changed) };
  const permits = new TrialPermits(trainers);
  const taken: string[] = [];
  const reserve = (name: string, signal = new AbortController().signal): Promise<unknown> =>
    permits.reserveSlot({} as never, signal).then(
      () => taken.push(name),
      (error: unknown) => error,
    );
  const store = (change: number): void => {
    trainers.storing += change;
    onChange();
  };
  return { permits, taken, reserve, store };
}

const turn = () => new Promise(setImmediate);

test('there are as many permits as trainers, and one more for each trial that only stores', async () => {
  const { taken, reserve, store, permits } = worker(2);
  for (const name of ['a', 'b', 'c', 'd']) void reserve(name);
  await turn();
  expect(taken).toEqual(['a', 'b']);
  store(1);
  await turn();
  expect(taken).toEqual(['a', 'b', 'c']);
  store(-1);
  await turn();
  expect(taken).toEqual(['a', 'b', 'c']);
  // The one that stored has ended: its own permit made room for the third.
  permits.releaseSlot();
  await turn();
  expect(taken).toEqual(['a', 'b', 'c']);
  permits.releaseSlot();
  await turn();
  expect(taken).toEqual(['a', 'b', 'c', 'd']);
});

test('a reservation that is given up takes no permit, and says so as the SDK wants it', async () => {
  const { taken, reserve, permits } = worker(1);
  void reserve('a');
  const ending = new AbortController();
  const dropped = reserve('b', ending.signal);
  void reserve('c');
  ending.abort(new Error('AbortError'));
  expect(await dropped).toBe(ending.signal.reason);
  permits.releaseSlot();
  await turn();
  expect(taken).toEqual(['a', 'c']);
  expect(permits.tryReserveSlot()).toBeNull();
});
