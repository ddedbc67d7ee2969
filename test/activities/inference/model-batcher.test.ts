import type { ExportedModel } from '../../../activities/inference/exported-model';
import { ModelBatcher } from '../../../activities/inference/model-batcher';
import type { ImageBatch, ModelOutputs } from '../../../activities/inference/protocol';

const MODEL: ExportedModel = { folder: '', task: 'classification', shape: [1, 2, 1], names: ['a', 'b'], fit: 'cover' };

/** A model that doubles what it sees, each batch when it is told to. */
function doubling() {
  const asked: ImageBatch[] = [];
  const answers: ((error?: Error) => void)[] = [];
  const answer = (batch: ImageBatch): Promise<ModelOutputs> => {
    asked.push(batch);
    return new Promise((resolve, reject) =>
      answers.push((error) =>
        error === undefined ? resolve({ twice: Float32Array.from(batch.pixels, (pixel) => 2 * pixel) }) : reject(error),
      ),
    );
  };
  return {
    asked,
    answerNext: (error?: Error) => answers.shift()?.(error),
    batcher: new ModelBatcher({ answer }, MODEL, 6),
  };
}

const outputs = (...rows: readonly (readonly number[])[]) => rows.map((row) => ({ twice: Float32Array.from(row) }));

test('what is asked while the model answers is one batch, and everyone gets their own', async () => {
  const { asked, answerNext, batcher } = doubling();
  const first = batcher.answer([Uint8Array.of(1, 2)]);
  const second = batcher.answer([Uint8Array.of(3, 4), Uint8Array.of(5, 6)]);
  const third = batcher.answer([Float32Array.of(0.5, 7)]);
  answerNext();
  expect(await first).toEqual(outputs([2, 4]));
  await Promise.resolve();
  answerNext();
  expect(await second).toEqual(outputs([6, 8], [10, 12]));
  expect(await third).toEqual(outputs([1, 14]));
  expect(asked.map(({ images }) => images)).toEqual([1, 3]);
  expect(asked[0]?.pixels).toBeInstanceOf(Uint8Array);
  expect(asked[1]?.pixels).toEqual(Float32Array.of(3, 4, 5, 6, 0.5, 7));
});

test('a batch that fails is the failure of those in it, and the next is asked', async () => {
  const { answerNext, batcher } = doubling();
  const first = batcher.answer([Uint8Array.of(1, 2)]);
  const second = batcher.answer([Uint8Array.of(3, 4)]);
  answerNext(new Error('no memory'));
  await expect(first).rejects.toThrow('no memory');
  answerNext();
  expect(await second).toEqual(outputs([6, 8]));
});

test('more than may wait is refused at once', async () => {
  const { batcher } = doubling();
  await expect(batcher.answer(Array.from({ length: 7 }, () => Uint8Array.of(0, 0)))).rejects.toThrow(
    '0 images wait already, and 6 may',
  );
});
