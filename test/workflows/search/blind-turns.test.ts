import { SAMPLERS } from '../../../workflows/search';
import { isBlindTurn } from '../../../workflows/search/blind-turns';
import { regularizationSweep } from '../../../workflows/stages/sweep/stage';
import type { TrialSpec } from '../../../workflows/words/trial';
import { completed, contextOf, drive, optionsOf } from '../../support/stages';
import type { Network } from '../../support/stages';

const SPACE = { weightDecay: { logUniform: [1e-6, 1e-1] }, dropoutRate: { uniform: [0, 0.6] } };
const TRIALS = 36;

/** The trainings of a search, in the order of their start. */
function searched(name: string, network: Network): readonly TrialSpec[] {
  const options = {
    space: SPACE,
    trials: TRIALS,
    replicates: 1,
    sampler: { name, ...(name === 'grid' && { levels: 5 }) },
  };
  return drive(regularizationSweep, contextOf(optionsOf('regularizationSweep', options)), { network }).trials.map(
    ({ spec }) => spec,
  );
}

const decayLoss: Network = ({ hparams }) => completed(1 + Math.log10(Number(hparams['weightDecay']) + 1e-7) ** 2);
const dropoutLoss: Network = ({ hparams }) => completed(1 + (Number(hparams['dropoutRate']) - 0.5) ** 2);

const learning = (Object.keys(SAMPLERS) as (keyof typeof SAMPLERS)[]).filter((name) => !('isBlind' in SAMPLERS[name]));

describe.each(learning)('a sweep by %s', (name) => {
  const [one, other] = [decayLoss, dropoutLoss].map((network) => searched(name, network));
  const blind = one!.filter(({ drawnBlind }) => drawnBlind);

  it('draws blind what no loss changes, and names it so', () => {
    one!.forEach((spec, i) => {
      expect(other![i]!.drawnBlind).toBe(spec.drawnBlind);
      if (spec.drawnBlind) expect(other![i]!.hparams).toEqual(spec.hparams);
    });
    expect(blind.length).toBeGreaterThanOrEqual(7);
    expect(blind.length).toBeLessThan(0.75 * TRIALS);
  });

  it('draws every fifth so, the study as it stands not counted', () => {
    one!.slice(1).forEach((spec, index) => {
      if (isBlindTurn(index)) expect(spec.drawnBlind).toBe(true);
    });
  });
});

it.each(['random', 'sobol', 'halton', 'grid'] as const)('all of %s is blind but the study as it stands', (name) => {
  const [first, ...others] = searched(name, decayLoss);
  expect(first!.drawnBlind).toBeUndefined();
  expect(others.every(({ drawnBlind }) => drawnBlind === true)).toBe(true);
});
