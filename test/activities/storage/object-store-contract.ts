/**
 * What every object store does, whatever is behind it.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { checkStore } from '../../../activities/storage/probes';
import { PreconditionFailed } from '../../../activities/storage/object-store';
import type { ObjectStore } from '../../../activities/storage/object-store';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array | undefined): string | undefined => bytes && new TextDecoder().decode(bytes);

/** More than one page of a listing, and more than one batch of a deletion. */
const MANY = 1_005;

/** How many write at a time; servers on the machine of the test take more time for more. */
const PARALLEL = 20;

/** @param open A store in which nothing is yet. */
export function objectStoreContract(name: string, open: () => Promise<ObjectStore>): void {
  describe(`object store contract: ${name}`, () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'stepwell-files-'));
    let store: ObjectStore;
    beforeAll(async () => {
      store = await open();
    });

    test('what is put is got back, with its etag and its size', async () => {
      const { etag } = await store.put('round/trip', bytesOf('digits'));
      const found = await store.get('round/trip');
      expect(textOf(found?.bytes)).toBe('digits');
      expect(found?.etag).toBe(etag);
      expect(await store.head('round/trip')).toEqual({ etag, bytes: 6 });
    });

    test('a part is got by its place, and ends with the object', async () => {
      const { etag } = await store.put('in/parts', bytesOf('0123456789'));
      const part = async (from: number, count: number): Promise<string | undefined> =>
        textOf((await store.get('in/parts', { from, count }))?.bytes);
      expect([await part(0, 4), await part(4, 1), await part(8, 4), await part(0, 10)]).toEqual([
        '0123',
        '4',
        '89',
        '0123456789',
      ]);
      expect((await store.get('in/parts', { from: 3, count: 2 }))?.etag).toBe(etag);
      expect(await store.get('in/nothing', { from: 0, count: 2 })).toBeUndefined();
    });

    test('a copy has the bytes of its source, over what was there, whatever characters are in the keys', async () => {
      const [from, to] = ['copies/täg + 50%/model?.bin', 'copies/other/weights#1.bin'];
      await store.put(from, bytesOf('weights'));
      await store.put(to, bytesOf('old'));
      expect(await store.copy(from, to)).toBe(true);
      expect(textOf((await store.get(to))?.bytes)).toBe('weights');
      expect(await store.copy('copies/nothing', to)).toBe(false);
      expect(textOf((await store.get(to))?.bytes)).toBe('weights');
    });

    test('a second put replaces the first and its etag', async () => {
      const first = await store.put('over/written', bytesOf('one'));
      const second = await store.put('over/written', bytesOf('two'));
      expect(second.etag).not.toBe(first.etag);
      expect(textOf((await store.get('over/written'))?.bytes)).toBe('two');
    });

    test('what is not there is undefined, above and below what is', async () => {
      await store.put('parent/child', bytesOf('x'));
      for (const key of ['nothing', 'parent', 'parent/child/grandchild', 'paren']) {
        expect({ key, got: await store.get(key), head: await store.head(key) }).toEqual({
          key,
          got: undefined,
          head: undefined,
        });
      }
    });

    test('changing the bytes after a put or a get changes nothing in the store', async () => {
      const bytes = bytesOf('abc');
      await store.put('copied', bytes);
      bytes.fill(0);
      (await store.get('copied'))?.bytes.fill(0);
      expect(textOf((await store.get('copied'))?.bytes)).toBe('abc');
    });

    test('a put for a new key loses where something is, and changes nothing', async () => {
      await store.put('new/once', bytesOf('first'), { ifNoneMatch: '*' });
      await expect(store.put('new/once', bytesOf('second'), { ifNoneMatch: '*' })).rejects.toThrow(PreconditionFailed);
      expect(textOf((await store.get('new/once'))?.bytes)).toBe('first');
    });

    test('a put over an etag wins while it is the newest, and loses after', async () => {
      const first = await store.put('matched', bytesOf('first'));
      const second = await store.put('matched', bytesOf('second'), { ifMatch: first.etag });
      await expect(store.put('matched', bytesOf('late'), { ifMatch: first.etag })).rejects.toThrow(PreconditionFailed);
      await store.put('matched', bytesOf('third'), { ifMatch: second.etag });
      expect(textOf((await store.get('matched'))?.bytes)).toBe('third');
    });

    test('a put over an etag loses where nothing is', async () => {
      const { etag } = await store.put('deleted', bytesOf('x'));
      await store.delete(['deleted']);
      await expect(store.put('deleted', bytesOf('y'), { ifMatch: etag })).rejects.toThrow(PreconditionFailed);
      expect(await store.get('deleted')).toBeUndefined();
    });

    test('of racers for one etag, and for one new key, exactly one wins', async () => {
      for (let race = 0; race < 10; race++) {
        const { etag } = await store.put(`race/${race}`, bytesOf('start'));
        await exactlyOneWins(store, `race/${race}`, { ifMatch: etag });
        await exactlyOneWins(store, `race-new/${race}`, { ifNoneMatch: '*' });
      }
    });

    test('a store is known to honour conditions, and the probe leaves nothing behind', async () => {
      await checkStore(store);
      expect(await store.list('store-check/')).toEqual([]);
    });

    test('a listing has every key below a prefix and no other, in order, with sizes', async () => {
      for (const key of ['list/b', 'list/a/2', 'list/a/10', 'list/a.txt', 'list-other/x', 'lis'])
        await store.put(key, bytesOf(key));
      const listed = await store.list('list/');
      expect(listed.map(({ key, bytes }) => ({ key, bytes }))).toEqual(
        ['list/a.txt', 'list/a/10', 'list/a/2', 'list/b'].map((key) => ({ key, bytes: key.length })),
      );
      // Servers may cut to seconds.
      for (const { modifiedAt } of listed) expect(Math.abs(Date.now() - modifiedAt)).toBeLessThan(60_000);
      expect((await store.list('list/a/')).map(({ key }) => key)).toEqual(['list/a/10', 'list/a/2']);
      expect(await store.list('list/none/')).toEqual([]);
    });

    test('more keys than fit on a page are all listed, and all deleted', async () => {
      const keys = Array.from({ length: MANY }, (_, i) => `many/${String(i).padStart(5, '0')}`);
      for (let from = 0; from < MANY; from += PARALLEL)
        await Promise.all(keys.slice(from, from + PARALLEL).map((key) => store.put(key, bytesOf(key))));
      expect((await store.list('many/')).map(({ key }) => key)).toEqual(keys);
      await store.delete(keys);
      expect(await store.list('many/')).toEqual([]);
    });

    test('deleting what is not there, or nothing at all, is no error', async () => {
      await store.put('gone', bytesOf('x'));
      await store.delete(['gone', 'never-there']);
      await store.delete(['gone']);
      await store.delete([]);
      expect(await store.head('gone')).toBeUndefined();
    });

    test.each(['with space', 'plus+sign', 'üñí/日本語', 'percent%20&q=1', "it's (quoted) ~!*"])(
      'the key "%s" is kept to the letter',
      async (name_) => {
        const key = `odd/${name_}`;
        await store.put(key, bytesOf(name_));
        expect(textOf((await store.get(key))?.bytes)).toBe(name_);
        expect((await store.list('odd/')).map((object) => object.key)).toContain(key);
        await store.delete([key]);
        expect(await store.head(key)).toBeUndefined();
      },
    );

    test('an object of no bytes is an object', async () => {
      const { etag } = await store.put('empty', new Uint8Array());
      expect((await store.get('empty'))?.bytes.byteLength).toBe(0);
      expect(await store.head('empty')).toEqual({ etag, bytes: 0 });
    });

    test('20 MB come back as they went', async () => {
      const bytes = Uint8Array.from({ length: 20_000_000 }, (_, i) => (i * 2_654_435_761) >>> 24);
      await store.put('large', bytes);
      const found = await store.get('large');
      expect(sha256(found?.bytes)).toBe(sha256(bytes));
    });

    test.each([0, 1, 20_000_000])('a file of %i bytes goes and comes back, and every byte is told', async (size) => {
      const bytes = Uint8Array.from({ length: size }, (_, i) => (i * 2_654_435_761) >>> 24);
      const content = { sha256: sha256(bytes), bytes: size };
      const [from, to] = [path.join(folder, `from-${size}`), path.join(folder, `to-${size}`)];
      writeFileSync(from, bytes);
      const moved = { up: 0, down: 0 };
      const up = { onMoved: (count: number) => void (moved.up += count) };
      const down = { onMoved: (count: number) => void (moved.down += count) };
      expect(await store.putFile(`files/${size}`, from, up)).toEqual({ key: `files/${size}`, ...content });
      expect(await store.getFile(`files/${size}`, to, down)).toEqual(content);
      expect(moved).toEqual({ up: size, down: size });
      expect(readFileSync(to).equals(bytes)).toBe(true);
      // From memory, with its hash, over what is there; and read for its hash alone.
      await store.putFile(`files/${size}`, bytes, { sha256: sha256(bytes) });
      expect(await store.getFile(`files/${size}`, null)).toEqual(content);
    });

    test('a file that is not there leaves none', async () => {
      const file = path.join(folder, 'nothing');
      expect(await store.getFile('files/none', file)).toBeUndefined();
      expect(existsSync(file)).toBe(false);
    });

    test('a transfer that is ended says why, and leaves nothing where it went', async () => {
      const ending = new AbortController();
      ending.abort(new Error('told to'));
      const [from, to] = [path.join(folder, 'ended-from'), path.join(folder, 'ended-to')];
      writeFileSync(from, 'all of it');
      await expect(store.putFile('files/ended', from, { signal: ending.signal })).rejects.toThrow('told to');
      expect(await store.head('files/ended')).toBeUndefined();
      await store.putFile('files/ended', from);
      await expect(store.getFile('files/ended', to, { signal: ending.signal })).rejects.toThrow('told to');
      expect(existsSync(to)).toBe(false);
    });
  });
}

async function exactlyOneWins(
  store: ObjectStore,
  key: string,
  condition: Parameters<ObjectStore['put']>[2],
): Promise<void> {
  const racers = ['red', 'blue', 'green', 'grey'];
  const ends = await Promise.allSettled(racers.map((racer) => store.put(key, bytesOf(racer), condition)));
  const won = racers.filter((_, i) => ends[i]?.status === 'fulfilled');
  const lost = ends.flatMap((end) => (end.status === 'rejected' ? [(end.reason as Error).name] : []));
  expect({ won: won.length, lost }).toEqual({
    won: 1,
    lost: ['PreconditionFailed', 'PreconditionFailed', 'PreconditionFailed'],
  });
  expect(textOf((await store.get(key))?.bytes)).toBe(won[0]);
}

function sha256(bytes: Uint8Array = new Uint8Array()): string {
  return createHash('sha256').update(bytes).digest('hex');
}
