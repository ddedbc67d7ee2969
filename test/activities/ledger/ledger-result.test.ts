import { rmSync } from 'node:fs';
import path from 'node:path';
import { openTrial } from '../../../activities/ledger/open-trial';
import { memoryStore } from '../../../activities/storage/memory';
import type { ObjectStore } from '../../../activities/storage/object-store';
import type { TrialResult } from '../../../workflows/words/outcome';
import { checkpointFile, folder, HASH, keysOf, localFile, manifestOf, ownerOf, resultOf, take } from './trial-support';

const NO_FILES = { weightsPath: null, modelFolder: null };

afterAll(() => rmSync(folder, { recursive: true, force: true }));

let store: ObjectStore;
beforeEach(() => {
  store = memoryStore();
});

describe('the result', () => {
  test('refers to weights and model by keys named after their content', async () => {
    const ledger = await take(store);
    const modelFolder = path.dirname(localFile('model.json', '{}'));
    const finished = await ledger.finish(resultOf(), {
      weightsPath: localFile('weights.safetensors', 'weights'),
      modelFolder,
    });
    expect(finished.weights).toEqual({
      key: expect.stringMatching(/^trials\/a+\/weights-[0-9a-f]{16}\.safetensors$/),
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      bytes: 7,
    });
    expect(Buffer.from((await store.get(finished.weights?.key ?? ''))?.bytes ?? []).toString()).toBe('weights');
    expect((await store.list(finished.model ?? '?')).map(({ key }) => key)).toEqual([`${finished.model}model.json`]);
  });

  test('of a trial that nobody tried before and that wrote no checkpoint takes three requests, none of them to look for leftovers', async () => {
    const requests: string[] = [];
    const counting = Object.fromEntries(
      Object.entries(store).map(([name, ask]) => [
        name,
        typeof ask !== 'function'
          ? ask
          : (key: unknown, ...rest: readonly unknown[]) => {
              requests.push(
                `${name} ${String(key)
                  .replace(/^.*\//, '')
                  .replace(/-[0-9a-f]+/, '')}`,
              );
              return (ask as (...all: readonly unknown[]) => unknown)(key, ...rest);
            },
      ]),
    ) as unknown as ObjectStore;
    const ledger = await take(counting);
    await ledger.finish(resultOf(), { ...NO_FILES, weightsPath: localFile('weights.safetensors', 'w') });
    expect(requests).toEqual(['put manifest.json', 'putFile weights.safetensors', 'put manifest.json']);
  });

  test('sweeps what crashed attempts left behind, though they left no word of it', async () => {
    await take(store);
    await store.put(`trials/${HASH}/checkpoints/0000000050-crashed-1.safetensors`, Buffer.from('?'));
    const again = await take(store, { attempt: 2 });
    await again.finish(resultOf(), NO_FILES);
    expect(await keysOf(store)).toEqual([`trials/${HASH}/manifest.json`]);
  });

  test('sweeps what crashed attempts left behind, and nothing that counts', async () => {
    const ledger = await take(store);
    await ledger.commitCheckpoint(checkpointFile(100));
    await store.put(`trials/${HASH}/checkpoints/0000000050-crashed-1.safetensors`, Buffer.from('?'));
    await store.put(`trials/${'b'.repeat(64)}/manifest.json`, Buffer.from('of another trial'));
    const { weights } = await ledger.finish(resultOf(), {
      ...NO_FILES,
      weightsPath: localFile('weights.safetensors', 'w'),
    });
    expect(await keysOf(store)).toEqual([
      `trials/${HASH}/manifest.json`,
      weights?.key,
      `trials/${'b'.repeat(64)}/manifest.json`,
    ]);
  });

  test('leaves no checkpoint: neither its own nor those of a segment that paused before', async () => {
    const paused = { ...resultOf().outcome, status: 'paused' } as TrialResult['outcome'];
    const segment = await take(store, { activityId: 'sweep/007' });
    await segment.commitCheckpoint(checkpointFile(100));
    await segment.finish(resultOf({ outcome: paused }), NO_FILES);
    expect((await manifestOf(store)).checkpoints).toHaveLength(1);
    const last = await take(store, { activityId: 'sweep/007.2' });
    await last.commitCheckpoint(checkpointFile(200));
    await last.finish(resultOf(), NO_FILES);
    expect(await keysOf(store)).toEqual([`trials/${HASH}/manifest.json`]);
    expect((await manifestOf(store)).checkpoints).toEqual([]);
  });

  test('of more than 512 KiB is refused, and the trial is not finished', async () => {
    const ledger = await take(store);
    const line = {
      epoch: 1,
      step: 1,
      learningRate: 0.1,
      trainLoss: 1,
      values: { valLoss: 1, valAccuracy: 1 },
      deviceSeconds: 1,
    };
    await expect(
      ledger.finish(resultOf({}, { curve: Array.from({ length: 10_000 }, () => line) }), NO_FILES),
    ).rejects.toMatchObject({
      name: 'ResultTooLarge',
      message: expect.stringMatching(
        /^trial result must have at most 524288 bytes, got \d+ \[trial=final-train\/000, epochs=10000\]; train fewer epochs$/,
      ),
    });
    expect((await manifestOf(store)).result).toBeNull();
  });

  test('of a memory that ran out is given but not kept: the next attempt trains, and has nothing to recover from', async () => {
    const outcome = { status: 'outOfMemory', where: 'host', detail: 'killed' } as const;
    const ledger = await take(store);
    expect(await ledger.finish(resultOf({ outcome }), NO_FILES)).toMatchObject({ outcome });
    const opened = await openTrial(store, { hash: HASH, owner: ownerOf({ workflowId: 'study/other' }) });
    expect(opened).toMatchObject({ previous: null });
  });
});

describe('what an attempt leaves word of', () => {
  test('a death is known to the next attempt, with its error', async () => {
    await (await take(store)).noteDeath({ cause: 'trainerCrashed', step: 42, deviceSeconds: 4.2, error: 'bad shape' });
    const next = await take(store, { attempt: 2 });
    expect(next.previous?.death).toEqual({ cause: 'trainerCrashed', step: 42, deviceSeconds: 4.2, error: 'bad shape' });
    expect(next.previousError).toBe('bad shape');
  });

  test('receipts of all attempts are kept, in their order', async () => {
    const receipt = {
      trialId: 'x',
      cause: 'workerLost',
      lastStep: 9,
      resumedAtStep: 0,
      stepsLost: 9,
      deviceSecondsLost: 1,
      worker: 'w',
    } as const;
    for (const attempt of [1, 2, 3]) await (await take(store, { attempt })).addReceipt({ ...receipt, attempt });
    expect((await take(store, { attempt: 4 })).receipts.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
  });
});
