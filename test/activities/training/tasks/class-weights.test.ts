import { classWeightsOf, unknownClasses } from '../../../../activities/training/tasks';

const NAMES = ['ant', 'bee', 'cat'];

it('balances classes as scikit-learn does, to a mean of 1 over the examples', () => {
  const labels = [0, 0, 0, 0, 0, 0, 1, 1];
  // compute_class_weight('balanced'): 8 / (2 * 6) and 8 / (2 * 2); no example is a cat.
  const weights = classWeightsOf('balanced', NAMES, labels);
  expect(weights).toEqual([8 / 12, 2, 1]);
  expect(labels.reduce((sum, label) => sum + weights[label]!, 0) / labels.length).toBeCloseTo(1, 12);
});

it('takes weights by name, 1 where a class is not named, and refuses a name that no class has', () => {
  expect(classWeightsOf({ cat: 3 }, NAMES, [])).toEqual([1, 1, 3]);
  expect(() => classWeightsOf({ dog: 3 }, NAMES, [])).toThrow(
    'classWeights must name classes of the data set, ant, bee, cat, got dog',
  );
  expect(unknownClasses({ dog: 3, ant: 1 }, NAMES)).toEqual(['dog']);
  expect(unknownClasses('balanced', NAMES)).toEqual([]);
});
