import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sha256Of } from '../../../activities/content-hash';
import { memoryStore } from '../../../activities/storage/memory';
import { pinWeights } from '../../../activities/study/pin-weights';
import { seal } from '../../../activities/study/sealed';
import { encodeManifest, firstManifest, manifestKey } from '../../../activities/ledger/manifest';
import { writeSafetensors } from '../../../activities/training/safetensors';
import { fetchWeights } from '../../../activities/trial/fetch-pinned';
import type { InitialWeights, ModelSpec } from '../../../workflows/words/study';

const folder = mkdtempSync(path.join(tmpdir(), 'stepwell-pin-weights-'));
const HASH = 'a'.repeat(64);
const OWNER = {
  workflowId: 'study/earlier',
  runId: 'r',
  activityId: 'final-train/000',
  attempt: 1,
  token: 't',
  worker: 'w',
};
const WEIGHTS = Buffer.from('weights of the earlier study');
const modelOf = (initialWeights: Partial<InitialWeights>): ModelSpec => ({
  preset: 'mnist-cnn',
  initialWeights: { exclude: [], allowMissing: false, ...initialWeights },
});

/** A store with a study that ended, one of whose trials kept its weights. */
async function world(kept = true) {
  const store = memoryStore();
  const weights = await store.putFile(`trials/${HASH}/weights-1.safetensors`, WEIGHTS);
  const result = { weights, outcome: { status: 'completed' } } as never;
  const manifest = { ...firstManifest(HASH, OWNER), result, ...(!kept && { weightsGivenUp: true as const }) };
  await store.put(manifestKey(HASH), encodeManifest(manifest));
  const trials = [{ trialId: 'final-train/000', hash: HASH }];
  const record = {
    studyRun: 'r',
    final: { trialId: 'final-train/000' },
    progress: { status: 'completed', stages: [{ trials }] },
  };
  await store.put('studies/earlier/study.json', seal(record));
  const pin = (asked: Partial<InitialWeights>, known?: ModelSpec): Promise<ModelSpec> =>
    pinWeights({ store, fileRoots: [folder] }, modelOf(asked), known);
  return { store, weights, pin };
}

describe('the initial weights of a model', () => {
  it.each([{ study: 'earlier' }, { study: 'earlier', trial: 'final-train/000' }])(
    'of %j are copied by their content, and outlive the trial that they are from',
    async (asked) => {
      const { store, weights, pin } = await world();
      const model = await pin(asked);
      const { sha256 } = weights;
      expect(model.initialWeights).toEqual({
        ...modelOf(asked).initialWeights,
        weights: { key: `weights/${sha256}/weights.safetensors`, sha256, bytes: WEIGHTS.length },
      });
      await store.delete([weights.key]);
      const file = await fetchWeights(store, model.initialWeights!, path.join(folder, 'cache'));
      expect(path.basename(file!)).toBe(`${sha256}.safetensors`);
      // Taken over from an earlier run of the study while the store has them.
      expect(await pin(asked, model)).toEqual(model);
      await expect(pin(asked)).rejects.toThrow('weights are gone from the store');
    },
  );

  it('of a file go into the store, once they are seen to be safetensors', async () => {
    const { store, pin } = await world();
    const file = path.join(folder, 'trunk.safetensors');
    const { sha256, bytes } = writeSafetensors(file, new Map([['w', { shape: [1], values: Float32Array.of(1) }]]));
    const model = await pin({ file: `file://${file}` });
    expect(model.initialWeights?.weights).toEqual({ key: `weights/${sha256}/weights.safetensors`, sha256, bytes });
    expect(sha256Of((await store.get(`weights/${sha256}/weights.safetensors`))!.bytes)).toBe(sha256);
    writeFileSync(file, '<html>');
    await expect(pin({ file: `file://${file}` })).rejects.toThrow(
      'must be a safetensors file: safetensors header is cut off',
    );
  });

  it.each<[Partial<InitialWeights>, boolean, string]>([
    [{ study: 'other' }, true, 'model.initialWeights.study: the store has no record of a study other'],
    [{ study: 'earlier', trial: 'sweep/001' }, true, 'model.initialWeights.trial: study earlier has no such trial'],
    [
      { study: 'earlier' },
      false,
      'its weights were not kept: a final training keeps them, and a sweep with keepWeights',
    ],
    [
      { file: `file://${folder}/none.safetensors` },
      true,
      'model.initialWeights.file: there is no file none.safetensors',
    ],
    [{ file: 'file:///etc/hosts' }, true, 'model.initialWeights.file: '],
  ])('that are not there are told: %j', async (asked, kept, words) => {
    const { pin } = await world(kept);
    await expect(pin(asked)).rejects.toMatchObject({ name: 'StudyInvalid', message: expect.stringContaining(words) });
  });
});
