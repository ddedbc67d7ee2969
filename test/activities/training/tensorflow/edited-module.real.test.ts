/**
 * @jest-environment ./test/support/native-environment.ts
 */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { memoryStore } from '../../../../activities/storage/memory';
import { pinModel } from '../../../../activities/study/pin-model';
import { TensorFlowEngine } from '../../../../activities/training/tensorflow/tensorflow-engine';
import { fetchBundle } from '../../../../activities/trial/fetch-bundle';
import { measurementOf, trainInProcess } from '../../../support/train-in-process';
import { digitsJob, freshFolder, packedDigits } from '../../../support/trainer';

const moduleOf = (
  units: number,
): string => `import * as tf from '@tensorflow/tfjs'; import { width } from './helper.mjs';
export default ({ shape, classes, seed }) => {
  const dense = (units, place) => tf.layers.dense({ units, kernelInitializer: tf.initializers.glorotUniform({ seed: seed(place) }) });
  return tf.sequential({ layers: [tf.layers.flatten({ inputShape: shape }), dense(${units} * width, 'a'), dense(classes, 'b')] });
};`;

test('a warm trainer trains the module as it was when its study began, edited itself or in a helper', async () => {
  const [modelFolder, store, digits] = [
    mkdtempSync(path.join(tmpdir(), 'stepwell-models-')),
    memoryStore(),
    await packedDigits(),
  ];
  const engine = new TensorFlowEngine();
  const bundles = freshFolder();
  const pinned = (units: number, width: number) => {
    writeFileSync(path.join(modelFolder, 'mine.mjs'), moduleOf(units));
    writeFileSync(path.join(modelFolder, 'helper.mjs'), `export const width = ${width};`);
    return pinModel({ store, modelFolder }, { module: 'mine.mjs' }, undefined);
  };
  const models = [await pinned(8, 1), await pinned(64, 1), await pinned(64, 2)];
  const parameters: number[] = [];
  try {
    for (const model of [...models, models[0]!]) {
      const modelBundle = await fetchBundle(store, model, bundles);
      const trial = { limit: { steps: 3 }, evaluate: { validation: 'never', test: false } } as const;
      const { report } = await trainInProcess(engine, digitsJob(digits, { model, modelBundle, trial }));
      parameters.push(measurementOf(report!).parameters);
    }
  } finally {
    engine.close();
  }
  expect(parameters).toEqual([610, 4810, 9610, 610]);
});
