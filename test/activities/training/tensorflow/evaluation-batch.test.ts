import { evaluationBatchOf } from '../../../../activities/training/tensorflow/compiled/evaluation-batch';

test.each<[string, number, number]>([
  ['the digits in a small network', 8 * 8 * 32, 128],
  ['CIFAR-10 behind 64 filters', 32 * 32 * 64, 128],
  ['resnet20 at 224x224x3', 224 * 224 * 16, 8],
  ['64 filters at 224x224', 224 * 224 * 64, 2],
  ['32 filters at 4096x4096', 4096 * 4096 * 32, 1],
  ['a model that computes next to nothing', 1, 128],
])('%s, %i elements an example, is evaluated %i at a time', (_, elements, batch) => {
  expect(evaluationBatchOf(elements)).toBe(batch);
});
