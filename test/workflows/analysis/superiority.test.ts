import { gainOf, meanScore, scoreWithGain } from '../../../workflows/analysis/scale';
import {
  detectableDifference,
  pairedSpread,
  pooledSpread,
  probabilityBelow,
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

  it('is right of splits that share examples, whose pairs alone would say too much', () => {
    const [share, pairs] = [0.2, 5];
    const normal = normals(31);
    const wrong = [0, share / (1 - share)].map((overlap) => {
      const sure = Array.from({ length: 4000 }, () => {
        const common = Math.sqrt(share) * normal();
        const gains = Array.from({ length: pairs }, () => common + Math.sqrt(1 - share) * normal());
        return superiorities([gains], 1, pooledSpread([gains]), overlap)[0]!.probability >= 0.95;
      });
      return sure.filter(Boolean).length / sure.length;
    });
    expect(wrong[0]).toBeGreaterThan(0.1);
    expect(wrong[1]).toBeGreaterThan(0.04);
    expect(wrong[1]).toBeLessThan(0.06);
  });

  it('knows nothing where no contender has two pairs', () => {
    expect(superiorities([[1], [2]])).toEqual([null, null]);
    expect(pooledSpread([[1], []])).toBeNull();
  });

  it('estimates the spread of a difference from all groups, whatever they and their pairs have in common', () => {
    const normal = normals(22);
    const variances = Array.from({ length: 2000 }, () => {
      const shared = Array.from({ length: 3 }, () => 5 * normal());
      const groups = Array.from({ length: 4 }, (_, group) => shared.map((value) => 10 * group + value + normal()));
      return pairedSpread([groups])!.deviation ** 2;
    });
    expect(variances.reduce((sum, one) => sum + one, 0) / variances.length).toBeCloseTo(2, 1);
    expect(pairedSpread([[[1, 2, 3]]])).toEqual({ deviation: Math.SQRT2, freedom: 2 });
    expect(
      pairedSpread([
        [
          [1, 2],
          [2, 3],
        ],
        [[1], [2]],
      ]),
    ).toEqual({ deviation: 0, freedom: 1 });
    expect(pairedSpread([[[1], [2]]])).toBeNull();
  });

  it('says that a gain is below its own upper bound with the error rate of the bound', () => {
    const one = { difference: 0.1, error: 0.2, freedom: 5, contenders: 3 };
    expect(probabilityBelow(upperBound(one), one)).toBeCloseTo(0.95, 6);
    expect(probabilityBelow(0.1, { ...one, contenders: 1 })).toBeCloseTo(0.5, 9);
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
