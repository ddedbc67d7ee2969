import {
  counted,
  formatBytes,
  formatColumn,
  formatElapsed,
  formatNumber,
  formatPlain,
  formatScore,
  formatSeconds,
  formatTick,
  formatValue,
} from '../../../activities/wording/numbers';

describe('numbers for people', () => {
  it.each([
    [0, '0'],
    [64, '64'],
    [12_345, '12,345'],
    [-1_234_567, '-1,234,567'],
    [0.00287453, '0.002875'],
    [2.134e-4, '2.134e-4'],
    [1e-7, '1e-7'],
    [1.5e10, '1.5e10'],
    [20_645.16, '20,650'],
    [0.1 + 0.2, '0.3'],
    [null, '–'],
    [NaN, '–'],
    [Infinity, '–'],
  ])('writes %p as %s', (value, text) => expect(formatNumber(value)).toBe(text));

  it.each([
    [0.98, '0.9800'],
    [0, '0.0000'],
    [12.34567, '12.3457'],
    [4e-5, '4e-5'],
    [null, '–'],
  ])('writes the score %p as %s', (value, text) => {
    expect(formatScore(value)).toBe(text);
  });

  it.each([
    [0.001, '0.001'],
    [1e-5, '1e-5'],
    [3e-4, '3e-4'],
    [1e6, '1e6'],
    [20_000, '20,000'],
    [0, '0'],
    [0.30000000000000004, '0.3'],
  ])('labels the tick %p %s', (value, text) => {
    expect(formatTick(value)).toBe(text);
  });

  it.each([
    [0.4, '0.4 s'],
    [9.999, '10 s'],
    [59.4, '59 s'],
    [59.6, '1 min'],
    [192, '3 min 12 s'],
    [3599.7, '1 h'],
    [7500, '2 h 5 min'],
    [360_000, '100 h'],
  ])('writes %p seconds as %s', (value, text) => {
    expect(formatSeconds(value)).toBe(text);
  });

  it('writes a column with its decimal points below each other, unless sizes differ too much', () => {
    expect(formatColumn([0.734, 0.7343, 12, null])).toEqual(['0.7340', '0.7343', '12.0000', '–']);
    expect(formatColumn([16, 1024, 'all'])).toEqual(['16', '1,024', 'all']);
    expect(formatColumn([0.5, 2e-6])).toEqual(['0.5', '2e-6']);
    expect(formatColumn([0.003817, 1.5])).toEqual(['0.003817', '1.5']);
    expect(formatColumn([1.25, NaN])).toEqual(['1.25', '–']);
  });

  it('writes values of any kind', () => {
    expect([
      formatValue(true),
      formatValue('adam'),
      formatValue(undefined),
      counted(1, 'trial'),
      counted(2, 'class', 'classes'),
    ]).toEqual(['true', 'adam', '–', '1 trial', '2 classes']);
  });
});

describe('numbers in the terminal', () => {
  it.each([
    [0, '0.0 s'],
    [9.94, '9.9 s'],
    [59.4, '59 s'],
    [59.6, '1 min 0 s'],
    [3599.9, '1 h 0 min'],
    [18_600, '5 h 10 min'],
    [183_600, '2 d 3 h'],
  ])('%d seconds are %s', (seconds, text) => {
    expect(formatElapsed(seconds)).toBe(text);
  });

  it.each([
    [0.123456, '0.1235'],
    [12345.6, '12350'],
    [1e-7, '1e-7'],
    [0, '0'],
    [64, '64'],
  ])('the number %d is %s', (value, text) => {
    expect(formatPlain(value)).toBe(text);
  });

  it('counts agree with their noun', () => {
    expect([counted(0, 'trial'), counted(1, 'trial'), counted(12_345, 'step')]).toEqual([
      '0 trials',
      '1 trial',
      '12,345 steps',
    ]);
  });

  it('has amounts of data in their units', () => {
    expect([0, 999, 1000, 1_234_567, 5e15].map(formatBytes)).toEqual(['0 B', '999 B', '1.0 kB', '1.2 MB', '5000.0 TB']);
  });
});
