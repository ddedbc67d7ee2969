import { readRoots } from '../../../activities/garbage/roots';
import { memoryStore } from '../../../activities/storage/memory';
import { putStudy } from './store-world';

const STUDIES = 40;
const AT_A_TIME = 16;

test('studies are read 16 at a time, each whole', async () => {
  const store = memoryStore();
  for (let i = 0; i < STUDIES; i++) await putStudy(store, i, { ended: true, dataset: i, decided: [i] });
  let reading = 0;
  let most = 0;
  let open = (): void => undefined;
  const enough = new Promise<void>((resolve) => (open = resolve));
  const roots = await readRoots({
    ...store,
    get: async (key) => {
      reading += 1;
      most = Math.max(most, reading);
      if (reading === AT_A_TIME) open();
      await enough;
      reading -= 1;
      return store.get(key);
    },
  });
  expect([roots.trials.size, roots.datasets.size, most]).toEqual([STUDIES, STUDIES, AT_A_TIME]);
});
