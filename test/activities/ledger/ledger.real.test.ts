import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { ObjectStore } from '../../../activities/storage/object-store';
import { s3Store } from '../../../activities/storage/s3';
import { freshBucket } from '../../support/services';
import { checkpointFile, folder, keysOf, localFile, manifestOf, resultOf, take } from './trial-support';

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(['versitygw', 'minio'] as const)('a trial in %s', (kind) => {
  let store: ObjectStore;
  beforeEach(async () => {
    const { bucket, access } = await freshBucket(kind);
    store = s3Store({ bucket, prefix: 'v1/', access });
  });

  test('of attempts that take it at the same time, exactly one can write afterwards', async () => {
    await take(store);
    for (let race = 1; race <= 5; race++) {
      const attempts = [4 * race, 4 * race + 1, 4 * race + 2, 4 * race + 3];
      const ledgers = await Promise.all(attempts.map((attempt) => take(store, { attempt }).catch(() => undefined)));
      const commits = await Promise.allSettled(
        ledgers.flatMap((ledger) => (ledger === undefined ? [] : [ledger.commitCheckpoint(checkpointFile(race))])),
      );
      expect(commits.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(
        commits
          .flatMap((commit) => (commit.status === 'rejected' ? [(commit.reason as Error).name] : []))
          .every((name) => name === 'Fenced'),
      ).toBe(true);
      expect((await manifestOf(store)).checkpoints.at(-1)).toMatchObject({ step: race });
    }
  });

  test('is committed, damaged, restored and finished as in memory', async () => {
    const ledger = await take(store);
    const content = randomBytes(3_000_000).toString('base64');
    await ledger.commitCheckpoint(checkpointFile(100, { content, best: true }));
    for (const step of [200, 300, 400]) await ledger.commitCheckpoint(checkpointFile(step));
    await store.put(ledger.checkpoint?.key ?? '', Buffer.from('damaged'));
    await store.delete([(await manifestOf(store)).checkpoints[1]?.key ?? '']);
    const next = await take(store, { attempt: 2 });
    const file = path.join(folder, 'resume.safetensors');
    expect(await next.restore(file, () => undefined)).toMatchObject({ step: 100 });
    expect(readFileSync(file, 'utf8')).toBe(content);
    const { weights } = await next.finish(resultOf(), {
      weightsPath: localFile('weights.safetensors', 'w'),
      modelFolder: null,
    });
    const { hash } = await manifestOf(store);
    expect(await keysOf(store)).toEqual([`trials/${hash}/manifest.json`, weights?.key]);
    await expect(ledger.renew()).rejects.toMatchObject({ name: 'Fenced' });
  });
});
