import { setTimeout as delay } from 'node:timers/promises';
import { abortable, forEachConcurrently, mapInOrder } from '../../activities/concurrency';

describe('work on many items', () => {
  it('begins in their order, and never more than the limit at a time', async () => {
    const begun: number[] = [];
    let [now, most] = [0, 0];
    await forEachConcurrently([5, 1, 4, 1, 3, 2], 2, async (item) => {
      begun.push(item);
      most = Math.max(most, ++now);
      await delay(item);
      now -= 1;
    });
    expect({ begun, now, most }).toEqual({ begun: [5, 1, 4, 1, 3, 2], now: 0, most: 2 });
  });

  it('ends with the first failure', async () => {
    const failing = forEachConcurrently(new Set(['a', 'b']), 4, async (item) => {
      if (item === 'b') throw new Error('no b');
    });
    await expect(failing).rejects.toThrow('no b');
  });
});

describe('what is made of many items in order', () => {
  it('comes in the order of the items, however long each takes, with a bounded number begun', async () => {
    let begun = 0;
    const taken: number[] = [];
    for await (const value of mapInOrder([3, 1, 2, 0], 2, async (item) => {
      begun += 1;
      for (let turn = 0; turn < 5 * item; turn++) await Promise.resolve();
      return item;
    })) {
      expect(begun).toBeLessThanOrEqual(taken.length + 2);
      taken.push(value);
    }
    expect(taken).toEqual([3, 1, 2, 0]);
  });

  it('ends with the first failure in that order', async () => {
    const made = mapInOrder([1, 2, 3], 3, async (item) => {
      if (item > 1) throw new Error(`item ${item}`);
      return item;
    });
    expect((await made.next()).value).toBe(1);
    await expect(made.next()).rejects.toThrow('item 2');
  });
});

describe('work that may be given up', () => {
  it('ends with the reason of the abort, before or while it goes on', async () => {
    const forever = new Promise<never>(() => undefined);
    await expect(abortable(forever, AbortSignal.abort(new Error('before')))).rejects.toThrow('before');
    const controller = new AbortController();
    const waiting = abortable(forever, controller.signal);
    controller.abort(new Error('meanwhile'));
    await expect(waiting).rejects.toThrow('meanwhile');
  });

  it('ends as it ends by itself otherwise', async () => {
    const { signal } = new AbortController();
    await expect(abortable(Promise.resolve(7), signal)).resolves.toBe(7);
    await expect(abortable(Promise.reject(new Error('mine')), signal)).rejects.toThrow('mine');
  });
});
