import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ApplicationFailure, CancelledFailure } from '@temporalio/activity';
import type { MockActivityEnvironment } from '@temporalio/testing';
import { createStudyActivities } from '../../../activities';
import { sha256Of } from '../../../activities/content-hash';
import { memoryStore } from '../../../activities/storage/memory';
import type { ObjectStore } from '../../../activities/storage/object-store';
import { StorageDenied, StorageRefused } from '../../../activities/storage/object-store';
import type { ObjectRef } from '../../../workflows/words/outcome';
import type { CarriedDecisions, ResolvedStudy } from '../../../workflows/words/study';
import { quietEnvironment } from '../../support/activity-environment';
import { folderOf, idxSet } from '../../support/datasets';

const folder = folderOf(idxSet(20, 5));

const study = {
  name: 'tiny',
  seed: 17,
  dataset: { format: 'idx', uri: `file://${folder}` },
  model: { preset: 'mnist-cnn' },
  stages: [{ stage: 'lrRangeTest' }, { stage: 'finalTrain' }],
};

function resolve(
  input: unknown,
  {
    store = memoryStore(),
    studyId = 'tiny',
    environment = quietEnvironment(),
  }: { readonly store?: ObjectStore; readonly studyId?: string; readonly environment?: MockActivityEnvironment } = {},
): Promise<ResolvedStudy> {
  const { resolveStudy } = createStudyActivities({ store, fileRoots: [folder] });
  return environment.run(resolveStudy, { studyId, study: input });
}

async function failure(input: unknown, options: Parameters<typeof resolve>[1] = {}): Promise<ApplicationFailure> {
  const error: unknown = await resolve(input, options).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ApplicationFailure);
  return error as ApplicationFailure;
}

describe('resolving a study', () => {
  it('fills every default and pins the data set by its content', async () => {
    const store = memoryStore();
    const resolved = await resolve(study, { store });
    expect(resolved).toMatchObject({
      apiVersion: 'stepwell/v1',
      name: 'tiny',
      seed: 17,
      objective: { metric: 'valLoss', direction: 'minimize' },
      dataset: {
        shape: [3, 2, 1],
        classes: 3,
        split: { trainExamples: 16, validationExamples: 4, testExamples: 5, testFrom: 'test' },
      },
    });
    expect(await store.head(resolved.dataset.manifest.key)).toMatchObject({ bytes: resolved.dataset.manifest.bytes });
  });

  it('gives the same again, as plain JSON, wherever the data lies', async () => {
    const resolved = await resolve(study);
    expect(JSON.parse(JSON.stringify(resolved))).toEqual(resolved);
    expect(await resolve(study)).toEqual(resolved);
  });

  it('sends heartbeats while it packs', async () => {
    const environment = quietEnvironment();
    const heartbeats: unknown[] = [];
    environment.on('heartbeat', (details) => heartbeats.push(details));
    await resolve(study, { environment });
    expect(heartbeats).toContainEqual({ doing: 'reading', examples: 25, examplesTotal: 25 });
    expect(heartbeats.at(-1)).toEqual({ doing: 'writing', examples: 25, examplesTotal: 25 });
  });

  it('ends at once when it is cancelled, with nothing half-written that counts', async () => {
    const store = memoryStore();
    const environment = quietEnvironment();
    environment.once('heartbeat', () => environment.cancel());
    await expect(resolve(study, { store, environment })).rejects.toBeInstanceOf(CancelledFailure);
    expect((await store.list('')).filter(({ key }) => key.endsWith('manifest.json'))).toEqual([]);
  });

  it('fails for good with every problem of the study at once', async () => {
    const { type, nonRetryable, message } = await failure({
      ...study,
      dataset: { format: 'idxx', uri: `file://${folder}` },
      model: { preset: 'mnist-cn' },
      seeed: 3,
      training: { epochs: 0 },
    });
    expect({ type, nonRetryable }).toEqual({ type: 'InvalidStudy', nonRetryable: true });
    expect(message).toMatch(/^study has 4 problems\n/);
    for (const path of ['dataset.format', 'model.preset', 'seeed', 'training.epochs'])
      expect(message).toContain(`${path}: `);
  });

  it.each([[null], ['study'], [[]], [{ ...study, stages: [] }]])(
    'fails for good on what is no study: %j',
    async (input) => {
      expect(await failure(input)).toMatchObject({ type: 'InvalidStudy', nonRetryable: true });
    },
  );

  it('fails for good on weights of classes that the data set has not', async () => {
    const training = { classWeights: { 2: 3, dog: 2 } };
    expect((await failure({ ...study, training })).message).toMatch(
      /training.classWeights: must name classes of the data set, and dog is none.*its classes are 0, 1, 2/,
    );
    await expect(resolve({ ...study, training: { classWeights: { 2: 3 } } })).resolves.toMatchObject({
      training: { classWeights: { 2: 3 } },
    });
  });

  it('fails for good on a task that its images are not for', async () => {
    expect((await failure({ ...study, task: 'regression' })).message).toMatch(
      /task: needs numbers, and the images of .* have classes/,
    );
    const { 'train-labels-idx1-ubyte': _, 't10k-labels-idx1-ubyte': __, ...images } = idxSet(20, 5);
    const table = (rows: number): Buffer => Buffer.from(`a,b\n${'1,0\n0,1\n'.repeat(rows)}`.slice(0, 4 + 4 * rows));
    const labelled = folderOf({ ...images, 'train-labels.csv': table(20), 't10k-labels.csv': table(5) } as never);
    const of = (task: string): Promise<ResolvedStudy> => {
      const { resolveStudy } = createStudyActivities({ store: memoryStore(), fileRoots: [labelled] });
      const input = { ...study, task, dataset: { format: 'idx', uri: `file://${labelled}` } };
      return quietEnvironment().run(resolveStudy, { studyId: 'tiny', study: input });
    };
    await expect(of('classification')).rejects.toThrow(/which have numbers and no classes/);
    await expect(of('multiLabel')).resolves.toMatchObject({
      task: { name: 'multiLabel' },
      dataset: { classes: 2, targets: [{ name: 'a', isLabel: true }, { name: 'b' }] },
    });
    await expect(of('regression')).resolves.toMatchObject({ task: { name: 'regression', loss: 'mse' } });
  });

  it('fails for good on data that are not right', async () => {
    const { type, nonRetryable, message } = await failure({
      ...study,
      dataset: { format: 'cifar', uri: `file://${folder}` },
    });
    expect({ type, nonRetryable }).toEqual({ type: 'DatasetInvalid', nonRetryable: true });
    expect(message).toMatch(/looked for data_batch_1.bin/);
  });

  it.each(['../../etc', '', 'a/b', '..'])(
    'fails for good on the id %j, which could leave its place in the store',
    async (studyId) => {
      expect(await failure(study, { studyId })).toMatchObject({ type: 'InvalidStudy', nonRetryable: true });
    },
  );

  it.each([
    [new StorageRefused('expired [bucket=b]'), { type: 'StorageRefused', nonRetryable: false }],
    [new StorageDenied('damaged [bucket=b]'), { type: 'StorageDenied', nonRetryable: true }],
  ])('may be tried again where an operator mends what the store said: %s', async (error, expected) => {
    const fails = async (): Promise<never> => {
      throw error;
    };
    expect(await failure(study, { store: { ...memoryStore(), head: fails } })).toMatchObject(expected);
  });
});

describe('resolving a study with a model module', () => {
  const store = memoryStore();
  const modelFolder = mkdtempSync(path.join(tmpdir(), 'stepwell-models-'));
  const module = { ...study, model: { module: 'mine.cjs' } };

  async function bundleOf(width: number, carried?: CarriedDecisions): Promise<ObjectRef> {
    writeFileSync(path.join(modelFolder, 'mine.cjs'), "module.exports = require('./helper.cjs');");
    writeFileSync(path.join(modelFolder, 'helper.cjs'), `module.exports = ${width};`);
    const { resolveStudy } = createStudyActivities({ store, fileRoots: [folder], modelFolder });
    const input = { studyId: 'tiny', study: module, ...(carried && { carried }) };
    const { model } = (await quietEnvironment().run(resolveStudy, input)) as ResolvedStudy;
    if (!('module' in model) || model.bundle === undefined) throw new Error('the module is not pinned');
    return model.bundle;
  }

  it('pins it by a bundle in the store, another one for a helper that was edited', async () => {
    const [one, two, again] = [await bundleOf(1), await bundleOf(2), await bundleOf(1)];
    expect(again).toEqual(one);
    expect(two.sha256).not.toBe(one.sha256);
    const { bytes } = (await store.get(two.key))!;
    expect([two.key, two.sha256]).toEqual([`models/${sha256Of(bytes)}/bundle.cjs`, sha256Of(bytes)]);
  });

  it('takes over the bundle that a rerun carries, as long as the store has it', async () => {
    const one = await bundleOf(1);
    const carried: CarriedDecisions = {
      origin: { kind: 'rerun', studyId: 'earlier', stageIds: [], changed: [] },
      studyRun: 'earlier',
      decisions: [],
      model: { module: 'mine.cjs', bundle: one },
    };
    expect(await bundleOf(3, carried)).toEqual(one);
    await store.delete([one.key]);
    expect((await bundleOf(3, carried)).sha256).not.toBe(one.sha256);
  });

  it('fails for good on one that cannot be bundled, in words', async () => {
    const error = await failure(module);
    expect(error).toMatchObject({ type: 'InvalidStudy', nonRetryable: true });
    expect(error.message).toContain('model.module: cannot be used: the tuner worker allows no model modules');
    expect(error.message).toContain('set STEPWELL_MODEL_FOLDER on the tuner workers');
  });
});
