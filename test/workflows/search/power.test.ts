import { createHash } from 'node:crypto';
import { deriveSeed, uniform } from '../../../workflows/search';
import { power } from '../../../workflows/search/power';
import { projectFiles, readProjectFile } from '../../support/source-tree';

/** Bases over 20 orders of magnitude, and exponents of either sign. */
const CORPUS = Array.from({ length: 20_000 }, (_, i) => {
  const [base, exponent] = ['base', 'exponent'].map((name) => uniform(deriveSeed(name), i)) as [number, number];
  return [i % 2 === 0 ? base : Math.exp(46 * (base - 0.5)), 12 * (exponent - 0.5)] as const;
});

/**
 * Of the bits that `**` has on Node 20 and 22: trials that were stored from there are found by a hash of such numbers.
 */
it('has the bits that trials were named by, on every Node', () => {
  const results = Float64Array.from(CORPUS, ([base, exponent]) => power(base, exponent));
  expect(createHash('sha256').update(new Uint8Array(results.buffer)).digest('hex')).toBe(
    '5d2fd4353506067c3eff3f64ccc472793d5bb4f8a423f4e6b8e0aba8ece71989',
  );
});

it('is within a few units of the last place of what this Node says', () => {
  const errors = CORPUS.map(([base, exponent]) => Math.abs(power(base, exponent) / base ** exponent - 1));
  expect(Math.max(...errors)).toBeLessThan(8 * Number.EPSILON);
});

it.each([
  [0.9, 0, 1],
  [0, 2.5, 0],
  [0, -1, Infinity],
  [1, 1e9, 1],
  [Infinity, -0.5, 0],
  [0.5, Infinity, 0],
  [7, 1, 7],
  [8, -1, 0.125],
  [3, 2, 9],
  [2, 0.5, Math.SQRT2],
  [2, 1023, 2 ** 1023],
  [2, 1024, Infinity],
  [2, -1074, 2 ** -1074],
  [2, -1075, 0],
  [2 ** -1074, 0.5, 2 ** -537],
  [1e300, 1.5, Infinity],
  [Number.NaN, 2, Number.NaN],
])('%d to the power of %d is %d', (base, exponent, result) => {
  expect(power(base, exponent)).toBe(result);
});

it('refuses a base below 0', () => {
  expect(() => power(-8, 3)).toThrow('base must be at least 0, got -8');
});

/** Squares, and powers of 2 to a whole number, are exact everywhere. */
it('is what decisions and trainings use where the bits of ** depend on the Node', () => {
  const found = projectFiles()
    .filter((file) => /^(workflows|activities\/training)\/.*\.ts$/.test(file))
    .flatMap((file) =>
      readProjectFile(file)
        .split('\n')
        .filter((line) => !/^\s*(\/?\*|\/\/)/.test(line) && / \*\*=? /.test(line.replace(/\b2 \*\* | \*\* 2\b/g, '')))
        .map((line) => `${file}: ${line.trim()}`),
    );
  expect(found).toEqual([
    expect.stringMatching(/^workflows\/search\/power.ts: if \(isExact .*return base \*\* exponent;$/),
  ]);
});
