import { totalViolation, violationsOf } from '../../../workflows/analysis';

describe('constraints', () => {
  const best = {
    epoch: 2,
    step: 20,
    learningRate: 1e-3,
    trainLoss: 1,
    values: { valLoss: 0.5, valMacroF1: 0.8, valAuc: null },
    deviceSeconds: 5,
  };
  const measured = { peakBytes: 3e8, deviceSeconds: 10, parameters: 1000, best };

  it('are broken above their bound', () => {
    expect(
      violationsOf(measured, { peakBytes: { max: 2e8 }, deviceSeconds: { max: 10 }, parameters: { max: 500 } }),
    ).toEqual([
      { name: 'peakBytes', value: 3e8, bound: { max: 2e8 } },
      { name: 'parameters', value: 1000, bound: { max: 500 } },
    ]);
    expect(violationsOf(measured, {})).toEqual([]);
  });

  it('on metrics are broken at the best epoch, where there is one', () => {
    const asked = { valLoss: { max: 0.4 }, valMacroF1: { min: 0.9 }, valAccuracy: { min: 0 }, valAuc: { min: 0.5 } };
    const broken = violationsOf(measured, asked);
    expect(broken.map(({ name, value }) => [name, value])).toEqual([
      ['valLoss', 0.5],
      ['valMacroF1', 0.8],
      ['valAccuracy', null],
      ['valAuc', null],
    ]);
    expect(totalViolation(broken)).toBeCloseTo(0.25 + 1 / 9 + 1 + 1, 12);
    expect(violationsOf(measured, { valMacroF1: { min: 0.8 } })).toEqual([]);
    expect(violationsOf({ ...measured, best: null }, asked)).toEqual([]);
  });

  it('add up by their shares', () => {
    expect(totalViolation(violationsOf(measured, { peakBytes: { max: 2e8 }, parameters: { max: 500 } }))).toBeCloseTo(
      1.5,
      12,
    );
    expect(totalViolation([])).toBe(0);
  });
});
