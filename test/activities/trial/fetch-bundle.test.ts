import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sha256Of } from '../../../activities/content-hash';
import { memoryStore } from '../../../activities/storage/memory';
import { fetchBundle } from '../../../activities/trial/fetch-bundle';

async function world(text = 'module.exports = 1;') {
  const store = memoryStore();
  const bundle = await store.putFile('models/one/bundle.cjs', Buffer.from(text));
  const folder = path.join(mkdtempSync(path.join(tmpdir(), 'stepwell-bundles-')), 'models');
  return { store, bundle, folder, model: { module: 'mine.cjs', bundle } };
}

describe('the bundle of a model module on a worker', () => {
  it('is a file named by its hash, fetched once, and again when its content is not that', async () => {
    const { store, bundle, folder, model } = await world();
    const file = await fetchBundle(store, model, folder);
    expect(file).toBe(path.join(folder, `${sha256Of('module.exports = 1;')}.cjs`));
    writeFileSync(file!, 'module.exports = 2;');
    expect(await fetchBundle(store, model, folder)).toBe(file);
    expect(readFileSync(file!, 'utf8')).toBe('module.exports = 1;');
    await store.delete([bundle.key]);
    expect(await fetchBundle(store, model, folder)).toBe(file);
  });

  it('is never another than the one that the study names', async () => {
    const { store, bundle, folder, model } = await world();
    await store.put(bundle.key, Buffer.from('module.exports = 2;'));
    await expect(fetchBundle(store, model, folder)).rejects.toMatchObject({
      name: 'StorageDenied',
      message: expect.stringMatching(
        /mine\.cjs.*its content has changed.*models\/one\/bundle\.cjs.*start the study again/,
      ),
    });
  });

  it('tells of its bytes, and ends when nobody wants it', async () => {
    const { store, folder, model } = await world();
    let moved = 0;
    await fetchBundle(store, model, folder, { onMoved: (bytes) => void (moved += bytes) });
    expect(moved).toBe('module.exports = 1;'.length);
    const signal = AbortSignal.abort(new Error('told to'));
    await expect(fetchBundle(store, model, `${folder}/other`, { signal })).rejects.toThrow('told to');
  });

  it('is none for models that the study holds itself', async () => {
    expect(await fetchBundle(memoryStore(), { preset: 'lenet5' }, '/nowhere')).toBeNull();
  });
});
