import { gainOf, scaleOf, scoreWithGain } from '../../../workflows/analysis/scale';
import { metricNamed, TASKS, titleOf, VALIDATION_METRICS, validationValues } from '../../../workflows/tasks';
import type { Task } from '../../../workflows/tasks';

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

it('knows what chance reaches', () => {
  const [loss, accuracy] = TASKS.classification.metrics;
  expect(loss.chanceLevel({ classes: 10 })).toBe(Math.log(10));
  expect(accuracy.chanceLevel({ classes: 10 })).toBe(0.1);
});
