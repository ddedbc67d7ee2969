import fc from 'fast-check';
import { fitStepTime, stepsToTarget } from '../../../workflows/analysis';

const line = (overhead: number, slope: number, sizes: readonly number[]) =>
  sizes.map((batchSize) => ({ batchSize, seconds: overhead + slope * batchSize }));

describe("the fit of a step's time", () => {
  it('recovers overhead, cost per example and knee', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-4, max: 1, noNaN: true }),
        fc.double({ min: 1e-6, max: 1e-2, noNaN: true }),
        (overhead, slope) => {
          const fit = fitStepTime(line(overhead, slope, [8, 16, 32, 64, 128, 256]));
          expect((fit?.overheadSeconds ?? NaN) / overhead).toBeCloseTo(1, 4);
          expect((fit?.secondsPerExample ?? NaN) / slope).toBeCloseTo(1, 4);
          expect((fit?.knee ?? NaN) / (overhead / slope)).toBeCloseTo(1, 4);
          expect(fit?.relativeError).toBeCloseTo(0, 6);
        },
      ),
    );
  });

  it('is not moved from the small sizes by an error of the largest, since it weighs relative errors', () => {
    const times = line(0.01, 1e-4, [8, 16, 32, 64, 128]);
    const fit = fitStepTime([...times, { batchSize: 4096, seconds: 1.2 * (0.01 + 0.4096) }]);
    expect(fit?.overheadSeconds).toBeCloseTo(0.01, 2);
  });

  it('has neither a negative overhead nor a negative cost per example', () => {
    expect(
      fitStepTime([
        { batchSize: 10, seconds: 1 },
        { batchSize: 20, seconds: 3 },
      ]),
    ).toMatchObject({ overheadSeconds: 0, knee: 0 });
    expect(
      fitStepTime([
        { batchSize: 10, seconds: 2 },
        { batchSize: 20, seconds: 1 },
      ]),
    ).toMatchObject({ secondsPerExample: 0, knee: Infinity });
  });

  it('needs two different sizes with times', () => {
    expect(fitStepTime([])).toBeNull();
    expect(
      fitStepTime([
        { batchSize: 8, seconds: 1 },
        { batchSize: 8, seconds: 2 },
      ]),
    ).toBeNull();
    expect(
      fitStepTime([
        { batchSize: 8, seconds: 1 },
        { batchSize: 16, seconds: NaN },
        { batchSize: 32, seconds: 0 },
      ]),
    ).toBeNull();
  });
});

describe('steps to a target', () => {
  const curve = [
    [100, 1.3],
    [200, 0.7],
    [300, 0.9],
  ].map(([step, valLoss], i) => ({
    epoch: i + 1,
    step: step!,
    learningRate: 1e-3,
    trainLoss: 1,
    values: { valLoss: valLoss!, valAccuracy: 0.5 },
    deviceSeconds: i,
  }));

  it('lie between the evaluations before and after it was reached', () => {
    // Half way in the logarithm of the loss.
    expect(stepsToTarget(curve, Math.sqrt(1.3 * 0.7), 2.3)).toBeCloseTo(150, 9);
    expect(stepsToTarget(curve, Math.sqrt(2.3 * 1.3), 2.3)).toBeCloseTo(50, 9);
    expect(stepsToTarget(curve, 0.7, 2.3)).toBeCloseTo(200, 9);
  });

  it('are none where it was never reached, and the first evaluation where it was reached from the start', () => {
    expect(stepsToTarget(curve, 0.6, 2.3)).toBeNull();
    expect(stepsToTarget([], 1, 2.3)).toBeNull();
    expect(stepsToTarget(curve, 3, 2.3)).toBe(100);
  });

  it('pass over evaluations without a loss', () => {
    expect(
      stepsToTarget([{ ...curve[0]!, values: { valLoss: null } }, curve[1]!], Math.sqrt(2.3 * 0.7), 2.3),
    ).toBeCloseTo(100, 9);
  });
});
