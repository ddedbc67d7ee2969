import { SAMPLERS } from '../../../workflows/search';
import { regularizationSweep } from '../../../workflows/stages/sweep/stage';
import type { StageContext } from '../../../workflows/stages/stage';
import type { HParams } from '../../../workflows/words/trial';
import { completed, contextOf, drive, FACTS, optionsOf, shuffled } from '../../support/stages';
import type { DriveOptions, Network } from '../../support/stages';

const SPACE = { weightDecay: { logUniform: [1e-6, 1e-1] }, dropoutRate: { uniform: [0, 0.6] } };
const TRIALS = 40;

/** Best at weightDecay 1e-3 and dropoutRate 0.25. */
const planted: Network = ({ hparams }) => {
  const decay = Math.log10(Math.max(1e-7, Number(hparams['weightDecay']))) + 3;
  return completed(0.3 + 0.05 * decay ** 2 + 0.1 * ((Number(hparams['dropoutRate']) - 0.25) / 0.3) ** 2);
};

function search(
  name: string,
  { options = {}, changes = {}, ...how }: { readonly options?: object; readonly changes?: object } & DriveOptions = {},
): readonly HParams[] {
  const all = {
    space: SPACE,
    trials: TRIALS,
    ...options,
    sampler: { name, ...(name === 'grid' ? { levels: 6 } : {}) },
  };
  const context: StageContext<unknown> = drive(
    regularizationSweep,
    contextOf(optionsOf('regularizationSweep', all), changes),
    { network: planted, ...how },
  );
  return context.trials
    .filter(({ spec }) => spec.seed === context.trials[0]?.spec.seed)
    .map(({ spec }) => spec.hparams);
}

const distinct = (points: readonly HParams[]): number => new Set(points.map((point) => JSON.stringify(point))).size;
const mostly = ({ weightDecay, dropoutRate }: HParams): boolean =>
  Math.abs(Math.log10(Number(weightDecay)) + 3) < 1 && Math.abs(Number(dropoutRate) - 0.25) < 0.15;

describe.each(Object.keys(SAMPLERS))('a sweep by %s', (name) => {
  it('tries distinct points, several at a time', () => {
    const points = search(name, { parallel: 4, endsNext: shuffled(2) });
    expect(points).toHaveLength(name === 'grid' ? 37 : TRIALS);
    expect(distinct(points)).toBe(points.length);
  });

  it('tries the same points in a reproducible study, in whatever order its trials end', () => {
    const changes = { facts: { ...FACTS, reproducible: true } };
    const [first, ...others] = [1, 2, 3].map((seed) =>
      search(name, { changes, parallel: 4, inOrder: true, endsNext: shuffled(seed) }),
    );
    others.forEach((points) => expect(points).toEqual(first));
  });

  it('tries every point of a small space, and ends', () => {
    const space = { dropoutRate: { ordinal: [0, 0.2, 0.4] }, flip: { choice: [0, 0.5] } };
    const points = search(name, { options: { space } });
    expect(distinct(points.map(({ dropoutRate, flip }) => ({ dropoutRate, flip }) as HParams))).toBe(6);
  });
});

it('is spent by tpe where the good points are, unlike by chance', () => {
  const late = (name: string): number => search(name, { parallel: 2 }).slice(20).filter(mostly).length;
  expect(late('tpe')).toBeGreaterThan(2 * late('random'));
});

it('leaves to a trial what the study holds wherever a hyperparameter does not exist, and counts such points once', () => {
  const space = {
    kind: {
      branches: {
        none: {},
        dropout: { dropoutRate: { ordinal: [0.2, 0.4] } },
        decay: { weightDecay: { constant: 1e-3 } },
      },
    },
  };
  const points = search('random', { options: { space } }).slice(1);
  expect(points).toHaveLength(4);
  const seen = points.map(({ kind, dropoutRate, weightDecay }) => `${kind} ${dropoutRate} ${weightDecay}`);
  expect(seen.sort()).toEqual(['decay 0 0.001', 'dropout 0.2 0', 'dropout 0.4 0', 'none 0 0']);
});
