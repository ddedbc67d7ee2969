import { totalViolation, violationsOf } from '../../../workflows/analysis';

describe('constraints', () => {
  const measured = { peakBytes: 3e8, deviceSeconds: 10, parameters: 1000 };

  it('are broken above their bound', () => {
    expect(
      violationsOf(measured, { peakBytes: { max: 2e8 }, deviceSeconds: { max: 10 }, parameters: { max: 500 } }),
    ).toEqual([
      { name: 'peakBytes', value: 3e8, max: 2e8 },
      { name: 'parameters', value: 1000, max: 500 },
    ]);
    expect(violationsOf(measured, {})).toEqual([]);
  });

  it('add up by their shares', () => {
    expect(totalViolation(violationsOf(measured, { peakBytes: { max: 2e8 }, parameters: { max: 500 } }))).toBeCloseTo(
      1.5,
      12,
    );
    expect(totalViolation([])).toBe(0);
  });
});
