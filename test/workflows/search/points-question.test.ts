import { SAMPLERS, uniform } from '../../../workflows/search';
import type { Observation, Space } from '../../../workflows/search';
import { fitted } from '../../../workflows/search/gp/fit';
import { pointsAfter } from '../../../workflows/search/points-question';
import type { HParams } from '../../../workflows/words/trial';

jest.mock('../../../workflows/search/gp/fit', () => {
  const actual = jest.requireActual<{ fitted: typeof fitted }>('../../../workflows/search/gp/fit');
  return { ...actual, fitted: jest.fn(actual.fitted) };
});

const SPACE: Space = {
  rate: { logUniform: [1e-4, 1] },
  block: { choice: ['plain', 'residual'] },
  depth: { integer: [1, 9], when: { block: 'residual' } },
};
const observations = Array.from({ length: 24 }, (_, i): Observation => {
  const rate = 10 ** (-4 * uniform(1, i));
  const hparams: HParams = i % 2 === 0 ? { rate, block: 'plain' } : { rate, block: 'residual', depth: 1 + (i % 9) };
  return { hparams, score: i > 20 ? undefined : (rate - 0.01) ** 2 + 0.1 * (i % 3) };
});
const question = (name: string) => ({
  sampler: { name, startupTrials: 8 },
  space: SPACE,
  seed: 7,
  index: 24,
  observations,
  direction: 'minimize' as const,
  incumbent: { rate: 0.1, block: 'plain', depth: 3 },
});

function firstOf(points: ReturnType<typeof pointsAfter>, count: number): readonly HParams[] {
  return Array.from({ length: count }, () => points.next().value as HParams);
}

it.each(['gp', 'tpe', 'cmaes'] as const)('gives of %s in a row what it suggests one by one', (name) => {
  const { incumbent, sampler, ...context } = question(name);
  const known = [...observations];
  const oneByOne = Array.from({ length: 6 }, (_, i) => {
    const point = SAMPLERS[name].suggest({ ...context, options: sampler, index: 24 + i, observations: known });
    known.push({ hparams: { ...incumbent, ...point }, score: undefined });
    return point;
  });
  expect(firstOf(pointsAfter(question(name)), 6)).toEqual(oneByOne);
});

it('fits a Gaussian process once for all points between two ends of trials, and again after one', () => {
  jest.mocked(fitted).mockClear();
  const asked = { ...question('gp'), space: { ...SPACE } };
  firstOf(pointsAfter(asked), 5);
  expect(fitted).toHaveBeenCalledTimes(1);
  firstOf(
    pointsAfter({ ...asked, observations: observations.map((one, i) => (i === 21 ? { ...one, score: 0.5 } : one)) }),
    2,
  );
  expect(fitted).toHaveBeenCalledTimes(2);
});

it('answers the same whatever was asked before', () => {
  const first = firstOf(pointsAfter(question('gp')), 3);
  firstOf(pointsAfter({ ...question('gp'), observations: observations.slice(3) }), 1);
  expect(firstOf(pointsAfter(question('gp')), 3)).toEqual(first);
});
