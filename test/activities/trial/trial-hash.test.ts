import fc from 'fast-check';
import { canonicalJson } from '../../../activities/content-hash';
import { trialHash } from '../../../activities/trial/trial-hash';
import type { RunTrialInput } from '../../../workflows/words/contract';
import type { InitialWeights } from '../../../workflows/words/study';
import { trialInput } from './trial-input';

const hashOf = (input: RunTrialInput, engine = 'tensorflow 2.21 cpu', device = 'a processor'): string =>
  trialHash(input, { engine, device });
const moduleOf = (module: string, bundled: string): RunTrialInput =>
  trialInput({ model: { module, bundle: { key: `models/${bundled}`, sha256: bundled, bytes: 1 } } });
const base = trialInput();
const startingFrom = (sha256: string, more: Partial<InitialWeights> = {}): RunTrialInput => {
  const weights = { key: 'weights', sha256, bytes: 1 };
  return trialInput({
    model: { preset: 'mnist-cnn', initialWeights: { study: 'a', exclude: [], allowMissing: false, weights, ...more } },
  });
};

test('the hash of a trial is known: a change of it would throw away what studies have in their stores', () => {
  expect(hashOf(base)).toBe('4af685598f34b35544b5fb7db465c0d083e622bf37b979ce5a77df696a835739');
});

test('names of studies, trials and places do not count', () => {
  const { dataset } = base;
  const same = [
    trialInput({ studyId: 'other' }),
    trialInput({ checkpointEverySteps: 7 }),
    trialInput({}, { trialId: 'sweep/003', label: 'another' }),
    trialInput({}, { pauseAfterEpochs: 3 }),
    trialInput({}, { trialId: 'sweep/003.2', continues: 'sweep/003' }),
    trialInput({ dataset: { ...dataset, source: { format: 'idx', uri: 's3://elsewhere/digits' } } }),
  ];
  for (const input of same) expect(hashOf(input)).toBe(hashOf(base));
  expect(hashOf(startingFrom('b', { study: 'another' }))).toBe(hashOf(startingFrom('b')));
  expect(hashOf(moduleOf('renamed.cjs', 'one'))).toBe(hashOf(moduleOf('mine.cjs', 'one')));
});

test('everything that the bits depend on counts', () => {
  const { dataset, trial } = base;
  const others: readonly string[] = [
    hashOf(base, 'another engine'),
    hashOf(moduleOf('mine.cjs', 'one')),
    hashOf(moduleOf('mine.cjs', 'another')),
    hashOf(trialInput({ model: { preset: 'lenet5' } })),
    hashOf(trialInput({ model: { ...base.model, freeze: ['conv1'] } })),
    hashOf(trialInput({ model: { ...moduleOf('mine.cjs', 'one').model, freeze: ['conv1'] } })),
    hashOf(startingFrom('b')),
    hashOf(startingFrom('c')),
    hashOf(startingFrom('b', { exclude: ['head'] })),
    hashOf(trialInput({ optimizer: { name: 'sgd' } })),
    hashOf(trialInput({ objective: { metric: 'valAccuracy', direction: 'maximize' } })),
    hashOf(trialInput({ task: { name: 'multiLabel' } })),
    hashOf(trialInput({ task: { name: 'regression', loss: 'huber', delta: 1 } })),
    hashOf(trialInput({ task: { name: 'regression', loss: 'huber', delta: 2 } })),
    hashOf(trialInput({ classWeights: 'balanced' })),
    hashOf(trialInput({ classWeights: { 7: 2 } })),
    hashOf(trialInput({ sampler: 'balanced' })),
    hashOf(trialInput({ dataset: { ...dataset, sha256: 'e'.repeat(64) } })),
    hashOf(trialInput({ dataset: { ...dataset, split: { ...dataset.split, seed: 2 } } })),
    hashOf(trialInput({}, { hparams: { ...trial.hparams, learningRate: 0.2 } })),
    hashOf(trialInput({}, { seed: 4 })),
    hashOf(trialInput({}, { split: { seed: 4 } })),
    hashOf(trialInput({}, { split: { fold: 1 } })),
    hashOf(trialInput({}, { limit: { epochs: 100 } })),
    hashOf(trialInput({}, { schedule: { name: 'cosine', finalFactor: 0 } })),
    hashOf(trialInput({}, { stop: { patience: 3 } })),
    hashOf(trialInput({}, { evaluate: { validation: 'end', test: false } })),
    hashOf(trialInput({}, { record: { stepLosses: true } })),
    hashOf(trialInput({}, { process: 'fresh' })),
    hashOf(trialInput({}, { exportModel: true })),
  ];
  expect(new Set([hashOf(base), ...others]).size).toBe(others.length + 1);
});

test('a study that must not reuse has trials of its own, which it finds again', () => {
  const [one, again, other] = ['salt', 'salt', 'pepper'].map((fresh) => hashOf(trialInput({ fresh })));
  expect(one).toBe(again);
  expect(new Set([hashOf(base), one, other]).size).toBe(3);
});

test('the device counts where times and memory are measured, and only there: a rung is found again on its own device', () => {
  const on = (process: 'fresh' | 'warm', device: string): string =>
    hashOf(trialInput({}, { process }), undefined, device);
  expect(on('fresh', 'a GPU, 80 GiB')).not.toBe(on('fresh', 'a GPU, 16 GiB'));
  expect(on('warm', 'a GPU, 80 GiB')).toBe(on('warm', 'a GPU, 16 GiB'));
});

test('the order of keys does not count, and that of lists does', () => {
  expect(canonicalJson({ b: [{ d: 1, c: 2 }], a: 3 })).toBe('{"a":3,"b":[{"c":2,"d":1}]}');
  expect(canonicalJson([1, 2])).not.toBe(canonicalJson([2, 1]));
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const turned = Object.fromEntries(Object.entries(value).reverse());
      expect(canonicalJson(turned)).toBe(canonicalJson(value));
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});
