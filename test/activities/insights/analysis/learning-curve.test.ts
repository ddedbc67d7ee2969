import { overfitting, unfinished } from '../../../../activities/insights/analysis';
import { uniform } from '../../../../workflows/search/random';
import type { LearningCurve } from '../../../../workflows/words/insights';

const curveOf = (
  epochs: number,
  valLoss: (epoch: number) => number | null,
  trainLoss: (epoch: number) => number | null = (epoch) => 1 / epoch,
): LearningCurve =>
  Array.from({ length: epochs }, (_, i) => ({
    epoch: i + 1,
    trainLoss: trainLoss(i + 1),
    valLoss: valLoss(i + 1),
  }));

const noise = (size: number, epoch: number, seed = 1): number => 1 + size * (2 * uniform(seed, epoch) - 1);

describe('overfitting', () => {
  it('is a validation loss that rises while the training loss falls', () => {
    expect(overfitting(curveOf(20, (epoch) => 0.2 + 0.01 * Math.abs(epoch - 8)))).toMatchObject({
      epoch: 8,
      lastEpoch: 20,
      rise: expect.closeTo(0.525, 6),
    });
  });

  it('is not a training that breaks down, nor a rise within the noise of the last epochs', () => {
    expect(
      overfitting(
        curveOf(
          20,
          (epoch) => 0.2 + 0.01 * Math.abs(epoch - 8),
          (epoch) => Math.abs(epoch - 8) + 1,
        ),
      ),
    ).toBeNull();
    expect(overfitting(curveOf(20, (epoch) => (epoch === 20 ? 0.9 : 1 / epoch)))).toBeNull();
    expect(overfitting(curveOf(30, (epoch) => (0.2 + 2 * Math.exp(-epoch / 3)) * noise(0.03, epoch)))).toBeNull();
  });

  it('takes six validated epochs', () => {
    expect(overfitting(curveOf(5, (epoch) => epoch))).toBeNull();
    expect(overfitting(curveOf(10, (epoch) => (epoch > 5 ? null : epoch)))).toBeNull();
    expect(overfitting([])).toBeNull();
    expect(
      overfitting(
        curveOf(
          10,
          (epoch) => epoch,
          () => null,
        ),
      ),
    ).toBeNull();
  });
});

describe('a training that is still learning', () => {
  it('has a loss that falls at its end, and would go on falling', () => {
    expect(unfinished(curveOf(12, (epoch) => 2 - 0.1 * epoch))).toMatchObject({
      lastEpoch: 12,
      gain: expect.any(Number),
    });
    expect(unfinished(curveOf(24, (epoch) => 2 * Math.exp(-epoch / 20) * noise(0.02, epoch)))?.gain).toBeGreaterThan(
      0.2,
    );
  });

  it('is not one that has flattened, or only wavers', () => {
    expect(unfinished(curveOf(20, (epoch) => 0.1 + 2 * Math.exp(-epoch / 3)))).toBeNull();
    expect(unfinished(curveOf(20, () => 0.3))).toBeNull();
    const wavering = Array.from({ length: 40 }, (_, seed) =>
      unfinished(curveOf(15, (epoch) => 0.3 * noise(0.1, epoch, seed + 1))),
    );
    // One in twenty by chance, of which few promise a gain besides.
    expect(wavering.filter((found) => found !== null).length).toBeLessThanOrEqual(4);
  });

  it('takes six validated epochs with a loss above 0', () => {
    expect(unfinished(curveOf(5, (epoch) => 1 / epoch))).toBeNull();
    expect(unfinished(curveOf(20, () => 0))).toBeNull();
    expect(unfinished(curveOf(20, () => NaN))).toBeNull();
  });
});
