/**
 * @jest-environment ./test/support/native-environment.ts
 */
import { meanTaskLoss, taskLosses } from '../../../../activities/training/tensorflow/task-losses';
import { tf } from '../../../../activities/training/tensorflow/native';
import type { TaskSpec } from '../../../../workflows/words/study';

const ANSWERS = [
  [0.5, -3, 40],
  [1.25, 2, -40],
];
const TARGETS = [
  [1, 0, 1],
  [1, 1, 1],
];

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** The loss of one answer, and its derivative, as textbooks have them. */
const BY_HAND: readonly (readonly [TaskSpec, (x: number, z: number) => number, (x: number, z: number) => number])[] = [
  [
    { name: 'multiLabel' },
    (x, z) =>
      Math.abs(x) > 30 ? Math.max(x, 0) - x * z : -z * Math.log(sigmoid(x)) - (1 - z) * Math.log(1 - sigmoid(x)),
    (x, z) => sigmoid(x) - z,
  ],
  [{ name: 'regression', loss: 'mse' }, (x, z) => (x - z) ** 2, (x, z) => 2 * (x - z)],
  [{ name: 'regression', loss: 'mae' }, (x, z) => Math.abs(x - z), (x, z) => Math.sign(x - z)],
  [
    { name: 'regression', loss: 'huber', delta: 2 },
    (x, z) => (Math.abs(x - z) <= 2 ? (x - z) ** 2 / 2 : 2 * (Math.abs(x - z) - 1)),
    (x, z) => Math.max(-2, Math.min(2, x - z)),
  ],
];

test.each(BY_HAND)('the loss of %j is that of the books, of each example and in its gradient', (task, loss, slope) => {
  const [answers, targets] = [tf.tensor2d(ANSWERS), tf.tensor2d(TARGETS)];
  const each = ANSWERS.map((row, i) => row.reduce((sum, x, j) => sum + loss(x, TARGETS[i]![j]!), 0) / 3);
  [...taskLosses(task, answers, targets).dataSync()].forEach((value, i) => expect(value / each[i]!).toBeCloseTo(1, 6));
  const { value, grad } = tf.valueAndGrad((x) => meanTaskLoss(task, x as tf.Tensor2D, targets))(answers);
  expect((2 * value.dataSync()[0]!) / (each[0]! + each[1]!)).toBeCloseTo(1, 6);
  const slopes = ANSWERS.flatMap((row, i) => row.map((x, j) => slope(x, TARGETS[i]![j]!) / 6));
  [...grad.dataSync()].forEach((found, i) => expect(found).toBeCloseTo(slopes[i]!, 6));
});
