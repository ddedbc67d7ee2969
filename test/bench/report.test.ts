import { formatResult, resultOf, resultOfRounds, samplesOf } from '../../bench/report';

const SPEED = { name: 'imagesPerSecond', unit: 'images/s', better: 'higher' } as const;
const MEMORY = { name: 'peakBytes', unit: 'bytes', better: 'lower' } as const;

describe('the result of a bench', () => {
  it('is the median of the repeats and their range', () => {
    expect(samplesOf([5, 1, 3])).toEqual({ median: 3, spread: 4 });
    expect(samplesOf([4, 1])).toEqual({ median: 2.5, spread: 3 });
    expect(() => samplesOf([])).toThrow('a median needs at least 1 value, got none');
  });

  it('compares ours with the best peer; above 1 is better, whatever the metric', () => {
    expect(resultOf('a', SPEED, [300], { slow: [100], fast: [200] }).ratioToBest).toBe(1.5);
    expect(resultOf('a', MEMORY, [300], { lean: [150], fat: [900] }).ratioToBest).toBe(0.5);
  });

  it('has no ratio to nothing', () => {
    expect(resultOf('a', MEMORY, [0], { exact: [0] }).ratioToBest).toBeNull();
    expect(resultOf('a', MEMORY, [1], { exact: [0] }).ratioToBest).toBeNull();
    expect(resultOf('a', MEMORY, [0], { near: [1] }).ratioToBest).toBeNull();
    expect(resultOf('a', MEMORY, [Infinity], { never: [Infinity] }).ratioToBest).toBeNull();
    expect(resultOf('a', SPEED, [1], {}).ratioToBest).toBeNull();
  });

  it("compares round by round those who took turns, so that a machine that slows down is no one's fault", () => {
    const rounds = resultOfRounds('a', SPEED, [300, 200, 90], { steady: [200, 160, 60], slow: [100, 50, 40] });
    expect(rounds).toMatchObject({ ours: { median: 200 }, ratioToBest: 1.5, ratioSpread: 0.25 });
    expect(resultOf('a', SPEED, [300, 200, 90], { steady: [200, 160, 60] }).ratioToBest).toBe(1.25);
    expect(resultOfRounds('a', MEMORY, [100, 50], { lean: [200, 100] })).toMatchObject({
      ratioToBest: 2,
      ratioSpread: 0,
    });
    expect(resultOfRounds('a', SPEED, [1, 2], {}).ratioToBest).toBeNull();
    expect(() => resultOfRounds('a', SPEED, [1, 2], { tired: [1] })).toThrow(
      'tired must have as many rounds as ours, 2, got 1',
    );
  });

  it('reads as one line', () => {
    expect(formatResult(resultOfRounds('a', SPEED, [300, 200], { keras: [200, 100] }))).toBe(
      'a  imagesPerSecond [images/s]  ours 250 ±50.0 | keras 150 ±50.0  -> 1.75x ±0.25 the best peer',
    );
    expect(formatResult(resultOf('mnist-cnn/batch-32', SPEED, [3000, 3100, 3300], { keras: [2000] }))).toBe(
      'mnist-cnn/batch-32  imagesPerSecond [images/s]  ours 3,100 ±150 | keras 2,000  -> 1.55x the best peer',
    );
  });
});
