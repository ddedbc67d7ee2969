import { gainOf, meanScore, scoreWithGain } from '../../../workflows/analysis/scale';
import {
  detectableDifference,
  differenceSpread,
  pooledSpread,
  superiorities,
  upperBound,
} from '../../../workflows/analysis/superiority';
import { normalQuantile } from '../../../workflows/search/normal';
import { uniform } from '../../../workflows/search/random';

const LOSS = { metric: 'valLoss', direction: 'minimize' } as const;
const ACCURACY = { metric: 'valAccuracy', direction: 'maximize' } as const;

describe('scale', () => {
  it('averages losses by their logarithms and accuracies as they are', () => {
    expect(meanScore([0.01, 0.04], LOSS)).toBeCloseTo(0.02, 12);
    expect(meanScore([0.9, 0.8], ACCURACY)).toBeCloseTo(0.85, 12);
  });

  it('turns scores so that more is better, and back', () => {
    expect(gainOf(0.1, LOSS)).toBeGreaterThan(gainOf(0.2, LOSS));
    expect(gainOf(0.9, ACCURACY)).toBeGreaterThan(gainOf(0.8, ACCURACY));
    expect(scoreWithGain(gainOf(0.037, LOSS), LOSS)).toBeCloseTo(0.037, 12);
    expect(Number.isFinite(gainOf(0, LOSS))).toBe(true);
  });
});

describe('superiorities', () => {
  it('gives what Student gives for one contender', () => {
    // Mean 2, deviation 1, error 1 / √3: t = 3.464 with 2 degrees of freedom, one-sided 0.0371.
    expect(superiorities([[1, 2, 3]])[0]?.probability).toBeCloseTo(0.9629, 4);
  });

  it('corrects for each further contender, whose spread it shares', () => {
    const [first] = superiorities([
      [1, 2, 3],
      [-1, 0, 1],
    ]);
    // t = 3.464 with 4 degrees of freedom: 0.01286 one-sided, twice.
    expect(first?.probability).toBeCloseTo(1 - 2 * 0.01286, 4);
    expect(first?.freedom).toBe(4);
  });

  it('knows nothing where no contender has two pairs', () => {
    expect(superiorities([[1], [2]])).toEqual([null, null]);
    expect(pooledSpread([[1], []])).toBeNull();
  });

  it('is wrong of pure noise in no more studies than it says', () => {
    const normal = normals(20);
    const studies = 4000;
    let called = 0;
    let bounded = 0;
    for (let study = 0; study < studies; study++) {
      const reference = Array.from({ length: 3 }, () => normal());
      const found = superiorities(Array.from({ length: 3 }, () => reference.map((value) => normal() - value))).filter(
        (one) => one !== null,
      );
      called += Number(found.some(({ probability }) => probability >= 0.95));
      bounded += Number(found.every((one) => upperBound(one) >= 0));
    }
    // Differences to one reference are correlated, which the pooled spread does not see: beyond 5 % by a little.
    expect(called / studies).toBeLessThan(0.065);
    expect(bounded / studies).toBeGreaterThan(0.935);
  });

  it('finds the detectable difference in four of five studies', () => {
    const normal = normals(21);
    const studies = 2000;
    let found = 0;
    for (let study = 0; study < studies; study++) {
      const noise = Array.from({ length: 3 }, () => Array.from({ length: 4 }, () => normal()));
      const truth = detectableDifference({ error: 0.5, freedom: 9, contenders: 3 });
      const [first] = superiorities(noise.map((own, i) => own.map((value) => value + (i === 0 ? truth : 0))));
      found += Number(first!.probability >= 0.95);
    }
    expect(found / studies).toBeGreaterThan(0.77);
    expect(found / studies).toBeLessThan(0.85);
  });
});

/** Standard normal draws, the same for the same seed. */
function normals(seed: number): () => number {
  let index = 0;
  return () => normalQuantile(uniform(seed, index++));
}

describe('the spread of differences in a table of rows and columns', () => {
  it('is free of what rows and columns add', () => {
    const rows = [0, 1, 2].map((row) => [0, 5, 9].map((column) => 10 * row + column));
    expect(differenceSpread(rows)?.deviation).toBeCloseTo(0, 12);
    expect(differenceSpread(rows)?.freedom).toBe(4);
  });

  it('is that of the paired differences, of two columns', () => {
    const rows = [
      [1, 3],
      [2, 3],
      [4, 9],
    ];
    expect(differenceSpread(rows)).toEqual({
      deviation: expect.closeTo(pooledSpread([[2, 1, 5]])!.deviation, 12),
      freedom: 2,
    });
  });

  it('is unknown of one row or one column', () => {
    expect([differenceSpread([[1, 2]]), differenceSpread([[1], [2]]), differenceSpread([])]).toEqual([
      null,
      null,
      null,
    ]);
  });
});
