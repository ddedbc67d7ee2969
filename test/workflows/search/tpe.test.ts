import { permutation, SAMPLERS } from '../../../workflows/search';
import { tpe } from '../../../workflows/search/tpe/tpe';
import type { Observation, Space } from '../../../workflows/search';
import type { HParams } from '../../../workflows/words/trial';

const SPACE: Space = {
  weightDecay: { logUniform: [1e-6, 1e-2] },
  dropoutRate: { uniform: [0, 0.6] },
  smoothing: { uniform: [0, 0.2], step: 0.05 },
  units: { integer: [1, 64] },
  kind: { choice: ['a', 'b', 'c'] },
};

interface Asked {
  readonly space?: Space;
  readonly index?: number;
  readonly seed?: number;
  readonly direction?: 'minimize' | 'maximize';
}

function suggest(
  observations: readonly Observation[],
  { space = SPACE, index = observations.length, seed = 7, direction = 'minimize' }: Asked = {},
): HParams {
  return tpe.suggest({ space, options: { startupTrials: 10 }, index, seed, observations, direction });
}

/** Suggestions for different numbers after the same history. */
const suggestions = (count: number, observations: readonly Observation[], asked: Asked = {}): readonly HParams[] =>
  Array.from({ length: count }, (_, i) => suggest(observations, { ...asked, index: observations.length + i }));

const drawn = (
  count: number,
  score: (hparams: HParams, index: number) => Observation['score'],
  space = SPACE,
): readonly Observation[] =>
  Array.from({ length: count }, (_, index) => {
    const hparams = SAMPLERS.random.suggest({
      space,
      options: {},
      index,
      seed: 3,
      observations: [],
      direction: 'minimize',
    });
    return { hparams, score: score(hparams, index) };
  });

const far = ({ weightDecay, dropoutRate, kind }: HParams): number =>
  Math.abs(Math.log10(Number(weightDecay)) + 3) + Math.abs(Number(dropoutRate) - 0.3) + (kind === 'b' ? 0 : 1);
const shareOf = (points: readonly HParams[], holds: (point: HParams) => boolean): number =>
  points.filter(holds).length / points.length;

it('draws as the random sampler does until enough trials have a score', () => {
  const few = drawn(12, (hparams, index) => (index < 9 ? far(hparams) : index === 9 ? null : undefined));
  expect(suggest(few)).toEqual(
    SAMPLERS.random.suggest({ space: SPACE, options: {}, index: 12, seed: 7, observations: [], direction: 'minimize' }),
  );
  const enough = drawn(10, far);
  expect(suggest(enough)).not.toEqual(
    SAMPLERS.random.suggest({ space: SPACE, options: {}, index: 10, seed: 7, observations: [], direction: 'minimize' }),
  );
});

it('goes where the good points are, in the logarithm, on steps and among choices', () => {
  const points = suggestions(60, drawn(60, far));
  expect(shareOf(points, ({ kind }) => kind === 'b')).toBeGreaterThan(0.7);
  expect(shareOf(points, ({ weightDecay }) => Number(weightDecay) > 1e-4)).toBeGreaterThan(0.75);
});

it('minimizes and maximizes alike', () => {
  const history = drawn(40, far);
  const mirrored = history.map(({ hparams, score }) => ({ hparams, score: -Number(score) }));
  expect(suggestions(10, mirrored, { direction: 'maximize' })).toEqual(suggestions(10, history));
});

it('keeps away from running trials, so that parallel ones spread', () => {
  const history = drawn(30, far);
  const alone = suggest(history, { index: 100 });
  const besides = (count: number): readonly Observation[] => [
    ...history,
    ...Array.from({ length: count }, () => ({ hparams: alone, score: undefined })),
  ];
  const near = ({ weightDecay, dropoutRate }: HParams): boolean =>
    Math.abs(Math.log10(Number(weightDecay) / Number(alone['weightDecay']))) < 0.3 &&
    Math.abs(Number(dropoutRate) - Number(alone['dropoutRate'])) < 0.05;
  const asked = Array.from({ length: 60 }, (_, i) => 100 + i);
  const nearShare = (observations: readonly Observation[]): number =>
    shareOf(
      asked.map((index) => suggest(observations, { index })),
      near,
    );
  expect(nearShare(besides(4))).toBeLessThan(nearShare(history));
});

it('keeps away from where trials fail, even beside the best', () => {
  const space: Space = { dropoutRate: { uniform: [0, 0.6] } };
  const history = drawn(80, ({ dropoutRate }) => (Number(dropoutRate) < 0.15 ? null : Number(dropoutRate)), space);
  const failing = (observations: readonly Observation[]): number =>
    shareOf(
      Array.from({ length: 100 }, (_, i) => suggest(observations, { space, index: 100 + i })),
      ({ dropoutRate }) => Number(dropoutRate) < 0.14,
    );
  expect(failing(history.filter(({ score }) => score !== null))).toBeGreaterThan(0.5);
  expect(failing(history)).toBeLessThan(0.1);
});

it('takes a score that is no finite number for a failure', () => {
  const failing = (score: Observation['score']) =>
    drawn(40, (hparams, index) => (index % 4 === 0 ? score : far(hparams)));
  const expected = suggestions(5, failing(null));
  for (const score of [NaN, Infinity, -Infinity]) expect(suggestions(5, failing(score))).toEqual(expected);
});

it('does not depend on the order of a history in which all weigh the same, ties included', () => {
  const history = drawn(24, (hparams) => Math.round(far(hparams)));
  for (const seed of [1, 2, 3]) {
    const shuffled = [...permutation(24, seed)].map((i) => history[i]!);
    expect(suggestions(5, shuffled)).toEqual(suggestions(5, history));
  }
});

it('is not pulled to one side by ties', () => {
  const points = suggestions(
    200,
    drawn(50, () => 0.5),
  );
  const shareBelow = shareOf(points, ({ dropoutRate }) => Number(dropoutRate) < 0.3);
  expect(shareBelow).toBeGreaterThan(0.25);
  expect(shareBelow).toBeLessThan(0.75);
});

it('sees every point of a finite space once, then repeats one', () => {
  const space: Space = { units: { integer: [1, 5] }, kind: { choice: ['a', 'b', 'c'] }, flip: { constant: true } };
  expect(SAMPLERS.tpe.size(space, { startupTrials: 10 })).toBe(15);
  const observations: Observation[] = [];
  for (let i = 0; i < 15; i++) {
    const hparams = suggest(observations, { space });
    observations.push({ hparams, score: i % 5 === 0 ? null : Number(hparams['units']) });
  }
  expect(new Set(observations.map(({ hparams }) => JSON.stringify(hparams))).size).toBe(15);
  expect(observations.map(({ hparams }) => JSON.stringify(hparams))).toContain(
    JSON.stringify(suggest(observations, { space })),
  );
});

it('learns from points that lie outside of the space, or lack a dimension, as far as they go', () => {
  const outside = { ...drawn(1, far)[0]!.hparams, weightDecay: 0, kind: 'd' };
  const history = [{ hparams: outside, score: -10 }, { hparams: { dropoutRate: 0.5 }, score: -9 }, ...drawn(30, far)];
  const points = suggestions(30, history);
  points.forEach(({ weightDecay, kind }) => {
    expect(Number(weightDecay)).toBeGreaterThanOrEqual(1e-6);
    expect(['a', 'b', 'c']).toContain(kind);
  });
});

it('still learns from the best of thousands, however old', () => {
  const history = drawn(5000, (hparams, index) => (index < 20 ? 0 : 1) + far(hparams));
  expect(shareOf(suggestions(30, history), ({ kind }) => kind === 'b')).toBeGreaterThan(0.7);
});

describe('in a space with conditions', () => {
  const space: Space = {
    kind: { choice: ['a', 'b'] },
    rate: { uniform: [0, 1], when: { kind: 'a' } },
    width: { uniform: [0, 1], when: { kind: 'b' } },
    both: { uniform: [0, 1] },
  };
  const loss = ({ kind, rate, width, both }: HParams): number =>
    Math.abs(Number(both) - 0.5) + (kind === 'a' ? Math.abs(Number(rate) - 0.1) : 0.3 + Math.abs(Number(width) - 0.9));

  it('learns each branch from the points that had it', () => {
    const points = suggestions(80, drawn(80, loss, space), { space });
    const [a, b] = ['a', 'b'].map((kind) => points.filter((point) => point['kind'] === kind));
    expect(a!.length).toBeGreaterThan(50);
    expect(shareOf(a!, ({ rate }) => Number(rate) < 0.3)).toBeGreaterThan(0.7);
    points.forEach((point) =>
      expect(Object.keys(point)).toEqual(['kind', point['kind'] === 'a' ? 'rate' : 'width', 'both']),
    );
    expect(b!.every(({ width }) => typeof width === 'number')).toBe(true);
  });

  it('does not look at what a point has left over from another branch', () => {
    const history = drawn(60, loss, space);
    const stained = history.map(({ hparams, score }) => ({ score, hparams: { rate: 0.9, width: 0.9, ...hparams } }));
    expect(suggestions(10, stained, { space })).toEqual(suggestions(10, history, { space }));
  });

  it('tries every point of a finite one once', () => {
    const finite: Space = {
      kind: { choice: ['a', 'b'] },
      n: { integer: [1, 3], when: { kind: 'a' } },
      m: { ordinal: [1, 10], when: { n: 3 } },
    };
    const observations: Observation[] = [];
    while (observations.length < SAMPLERS.tpe.size(finite, { startupTrials: 10 }))
      observations.push({ hparams: suggest(observations, { space: finite }), score: observations.length });
    expect(observations.map(({ hparams }) => JSON.stringify(hparams)).sort()).toEqual(
      [{ kind: 'a', n: 1 }, { kind: 'a', n: 2 }, { kind: 'a', n: 3, m: 1 }, { kind: 'a', n: 3, m: 10 }, { kind: 'b' }]
        .map((point) => JSON.stringify(point))
        .sort(),
    );
  });
});
