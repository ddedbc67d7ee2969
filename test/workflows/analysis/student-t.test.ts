import { studentProbability, studentQuantile } from '../../../workflows/analysis/student-t';

describe("Student's t distribution", () => {
  // Upper quantiles of the printed tables.
  it.each([
    [0.95, 1, 6.314],
    [0.975, 2, 4.303],
    [0.95, 3, 2.353],
    [0.975, 4, 2.776],
    [0.95, 6, 1.943],
    [0.99, 9, 2.821],
    [0.995, 30, 2.75],
    [0.9, 120, 1.289],
  ])('has its %d quantile at %d degrees of freedom where tables do', (probability, freedom, expected) => {
    expect(studentQuantile(probability, freedom)).toBeCloseTo(expected, 3);
    expect(studentQuantile(1 - probability, freedom)).toBeCloseTo(-expected, 3);
    expect(studentProbability(studentQuantile(probability, freedom), freedom)).toBeCloseTo(probability, 12);
  });

  it('is one half at 0, and certain at the ends', () => {
    for (const freedom of [1, 2, 5, 8]) {
      expect(studentProbability(0, freedom)).toBe(0.5);
      expect(studentProbability(Infinity, freedom)).toBeCloseTo(1, 12);
      expect(studentProbability(-Infinity, freedom)).toBeCloseTo(0, 12);
    }
  });

  it('refuses what are no degrees of freedom', () => {
    for (const freedom of [0, 1.5, NaN]) expect(() => studentProbability(1, freedom)).toThrow(RangeError);
  });
});
