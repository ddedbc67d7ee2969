import fc from 'fast-check';
import { splitIndices, splitOf } from '../../../../activities/datasets/packed/split';
import { permutation } from '../../../../workflows/search/random';

const spec = { format: 'idx', uri: 'file:///data', validationFraction: 0.2 };

describe('the split of a data set', () => {
  const fraction = fc.double({ min: 0.05, max: 0.45, noNaN: true });

  it('is a partition of the training part, and of the test part where there is one', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 30, max: 500 }),
        fc.option(fc.integer({ min: 1, max: 100 })),
        fraction,
        fc.option(fraction, { nil: undefined }),
        fc.nat(),
        (trainPart, testPart, validationFraction, testFraction, seed) => {
          const split = splitOf(
            { ...spec, validationFraction, ...(testFraction !== undefined && { testFraction }) },
            seed,
            trainPart,
            testPart,
          );
          const { train, validation, test } = splitIndices(split);
          const ofTrainPart =
            split.testFrom === 'train' ? [...train, ...validation, ...test] : [...train, ...validation];
          expect(ofTrainPart.sort((a, b) => a - b)).toEqual(Array.from({ length: trainPart }, (_, i) => i));
          if (split.testFrom === 'test') expect([...test]).toEqual(Array.from({ length: testPart ?? 0 }, (_, i) => i));
          expect([train.length, validation.length, test.length]).toEqual([
            split.trainExamples,
            split.validationExamples,
            split.testExamples,
          ]);
        },
      ),
    );
  });

  it('cuts one permutation into validation, held-out test and training', () => {
    const order = permutation(10, 5);
    expect(
      splitIndices({ seed: 5, trainExamples: 5, validationExamples: 2, testExamples: 3, testFrom: 'train' }),
    ).toEqual({ validation: order.slice(0, 2), test: order.slice(2, 5), train: order.slice(5) });
  });

  it('takes the test part of the data set where there is one', () => {
    expect(splitOf(spec, 1, 100, 30)).toMatchObject({
      trainExamples: 80,
      validationExamples: 20,
      testExamples: 30,
      testFrom: 'test',
    });
  });

  it('holds test examples out of the training part where asked, though there is a test part', () => {
    expect(splitOf({ ...spec, testFraction: 0.1 }, 1, 100, 30)).toMatchObject({
      trainExamples: 70,
      validationExamples: 20,
      testExamples: 10,
      testFrom: 'train',
    });
  });

  it('holds out as many for the test as for validation where there is no test part', () => {
    expect(splitOf(spec, 1, 100, null)).toMatchObject({
      trainExamples: 60,
      validationExamples: 20,
      testExamples: 20,
      testFrom: 'train',
    });
  });

  it('validates on the same examples with and without a held-out test', () => {
    const { validation } = splitIndices(splitOf(spec, 3, 100, 30));
    expect(splitIndices(splitOf({ ...spec, testFraction: 0.3 }, 3, 100, 30)).validation).toEqual(validation);
  });

  it("follows the study's seed", () => {
    const draw = (seed: number) => splitIndices(splitOf(spec, seed, 100, 30));
    expect(draw(3)).toEqual(draw(3));
    expect(draw(3).validation).not.toEqual(draw(4).validation);
  });

  describe('drawn anew for a trial', () => {
    const sorted = (indices: Iterable<number>): number[] => [...indices].sort((a, b) => a - b);

    it('tests on the same examples, and parts the others in the same sizes', () => {
      fc.assert(
        fc.property(
          fc.integer({ min: 20, max: 300 }),
          fraction,
          fc.nat(),
          fc.nat(3),
          (trainPart, share, seed, fold) => {
            const split = splitOf({ ...spec, validationFraction: 0.2, testFraction: share }, 1, trainPart, null);
            const own = splitIndices(split);
            const { train, validation, test } = splitIndices(split, { seed, fold: fold % 2 });
            expect(test).toEqual(own.test);
            expect([train.length, validation.length]).toEqual([own.train.length, own.validation.length]);
            expect(sorted([...train, ...validation])).toEqual(sorted([...own.train, ...own.validation]));
          },
        ),
      );
    });

    it('by a seed validates on others', () => {
      const split = splitOf(spec, 1, 200, 30);
      const draws = [{}, { seed: 1 }, { seed: 2 }].map((draw) => sorted(splitIndices(split, draw).validation));
      expect(new Set(draws.map(String)).size).toBe(3);
      expect(splitIndices(split, { seed: 2 })).toEqual(splitIndices(split, { seed: 2 }));
    });

    it('by folds validates on every example once, the first time on the own ones', () => {
      const split = splitOf({ ...spec, testFraction: 0.1 }, 1, 200, null);
      const folds = [0, 1, 2, 3].map((fold) => splitIndices(split, { fold }));
      expect(folds[0]).toEqual(splitIndices(split));
      const validated = folds.flatMap(({ validation }) => [...validation]);
      expect(new Set(validated).size).toBe(4 * split.validationExamples);
      expect(() => splitIndices(split, { fold: 4 })).toThrow('fold must be below 4, got fold=4');
    });
  });

  it('has folds of one size, of all that does not test', () => {
    const folded = { ...spec, folds: 5 };
    expect(splitOf(folded, 1, 103, 30)).toMatchObject({ trainExamples: 83, validationExamples: 20, folds: 5 });
    const heldOut = splitOf(folded, 1, 103, null);
    expect(heldOut).toMatchObject({ testExamples: 21, validationExamples: 16, trainExamples: 66 });
    expect(splitIndices(heldOut, { fold: 4 }).validation).toHaveLength(16);
  });

  it.each([
    [{ ...spec }, 2, 5, /got train=2, validation=0, test=5 of 2 with validationFraction=0.2; change/],
    [
      { ...spec, validationFraction: 0.6 },
      10,
      null,
      /train=-2, .*testFraction=0.6 \(as validationFraction: the data set has no test part\)/,
    ],
    [{ ...spec, testFraction: 0.01 }, 10, 5, /test=0 of 10 with validationFraction=0.2, testFraction=0.01;/],
  ])('is refused where a part would be empty: %j of %d', (dataset, trainPart, testPart, message) => {
    expect(() => splitOf(dataset, 1, trainPart, testPart)).toThrow(
      expect.objectContaining({ name: 'DatasetInvalid', message: expect.stringMatching(message) }),
    );
  });

  it('of a made-up study with an empty part is a bug that shows', () => {
    expect(() =>
      splitIndices({ seed: 1, trainExamples: 1, validationExamples: 0, testExamples: 1, testFrom: 'test' }),
    ).toThrow(RangeError);
  });
});
