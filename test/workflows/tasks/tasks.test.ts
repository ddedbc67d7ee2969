import { gainOf, scaleOf, scoreWithGain } from '../../../workflows/analysis/scale';
import { targetStatistics } from '../../../activities/datasets/packed/target-statistics';
import {
  chanceLossOf,
  metricNamed,
  TASKS,
  titleOf,
  VALIDATION_METRICS,
  validationValues,
} from '../../../workflows/tasks';
import type { Task } from '../../../workflows/tasks';
import type { TaskSpec } from '../../../workflows/words/study';

const tasks = Object.entries<Task>(TASKS);

describe.each(tasks)('the task %s', (_, { metrics }) => {
  it('puts its loss first, which is minimized on the logarithmic scale', () => {
    expect(metrics[0]).toMatchObject({ name: 'loss', direction: 'minimize', scale: 'log' });
    expect(metrics.filter(({ name }) => name === 'loss')).toHaveLength(1);
  });

  it('means by a name what every other task means by it', () => {
    for (const { name, title, direction, scale } of metrics)
      for (const [, other] of tasks)
        for (const same of other.metrics.filter((metric) => metric.name === name))
          expect(same).toMatchObject({ title, direction, scale });
  });

  it('gives every validation metric its scale and direction', () => {
    for (const metric of VALIDATION_METRICS) {
      const { direction, scale } = metricNamed(metric);
      expect(scaleOf({ metric })).toBe(scale);
      expect(gainOf(0.5, { metric, direction }) > gainOf(0.4, { metric, direction })).toBe(direction === 'maximize');
      expect(scoreWithGain(gainOf(0.3, { metric, direction }), { metric, direction })).toBeCloseTo(0.3, 12);
    }
  });
});

it('names what a validation found as objectives are named, and for people', () => {
  expect(validationValues({ loss: null, accuracy: 0.5 })).toEqual({ valLoss: null, valAccuracy: 0.5 });
  expect([titleOf('valAccuracy'), titleOf('loss'), titleOf('other')]).toEqual(['accuracy', 'loss', 'other']);
});

/** The best that one answer for all images does, by trying many. */
const bestConstant = (values: readonly number[], loss: (error: number) => number): number =>
  Math.min(
    ...Array.from({ length: 4001 }, (_, i) => {
      const answer = -1 + i / 400;
      return values.reduce((sum, value) => sum + loss(value - answer), 0) / values.length;
    }),
  );

describe('the chance level of a regression', () => {
  const values = Float32Array.of(0, 1, 2, 3, 9);
  const targets = targetStatistics({ names: ['age'], values }, Int32Array.of(0, 1, 2, 3, 4));

  it('is what the best answer that looks at no image loses', () => {
    expect(targets).toEqual([{ name: 'age', mean: 3, variance: 10, deviation: 2.2, isLabel: false }]);
    const lossOf = (task: TaskSpec): number => chanceLossOf({ classes: 1, targets, task });
    expect(lossOf({ name: 'regression', loss: 'mse' })).toBeCloseTo(
      bestConstant([...values], (e) => e * e),
      6,
    );
    expect(lossOf({ name: 'regression', loss: 'mae' })).toBeCloseTo(bestConstant([...values], Math.abs), 6);
    const huber = (error: number): number => (Math.abs(error) <= 1 ? error ** 2 / 2 : Math.abs(error) - 0.5);
    const bound = lossOf({ name: 'regression', loss: 'huber', delta: 1 });
    expect(bound).toBeGreaterThanOrEqual(bestConstant([...values], huber));
    expect(bound).toBeLessThan(1.5 * bestConstant([...values], huber));
    expect(TASKS.regression.metrics[1].chanceLevel()).toBe(0);
  });
});

it('knows what chance reaches with labels', () => {
  // Of two labels that half and a quarter of the images have.
  const values = Float32Array.of(1, 1, 1, 0, 0, 0, 0, 0);
  const targets = targetStatistics({ names: ['a', 'b'], values }, Int32Array.of(0, 1, 2, 3));
  expect(targets.map(({ mean, isLabel }) => [mean, isLabel])).toEqual([
    [0.5, true],
    [0.25, true],
  ]);
  const entropy = -0.25 * Math.log(0.25) - 0.75 * Math.log(0.75);
  expect(chanceLossOf({ classes: 2, targets, task: { name: 'multiLabel' } })).toBeCloseTo((Math.LN2 + entropy) / 2, 12);
  const levels = TASKS.multiLabel.metrics.map(({ name, chanceLevel }) => [name, chanceLevel({ classes: 2, targets })]);
  expect(Object.fromEntries(levels)).toMatchObject({
    exactMatch: 0.375,
    macroF1: expect.closeTo((2 / 3 + 0.4) / 2, 12),
    microF1: expect.closeTo(0.75 / 1.375, 12),
    auc: 0.5,
    meanAveragePrecision: 0.375,
  });
});

it('knows what chance reaches with classes', () => {
  expect(chanceLossOf({ classes: 10 })).toBe(Math.log(10));
  const [loss, accuracy] = TASKS.classification.metrics;
  expect(loss.chanceLevel({ classes: 10, targets: [] })).toBe(Math.log(10));
  expect(accuracy.chanceLevel({ classes: 10, targets: [] })).toBe(0.1);
});
