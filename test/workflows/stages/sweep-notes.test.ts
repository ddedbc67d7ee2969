import { deriveSeed, uniform } from '../../../workflows/search/random';
import { regularizationSweep } from '../../../workflows/stages/sweep/stage';
import type { Decision } from '../../../workflows/stages/stage';
import type { TrialSpec } from '../../../workflows/words/trial';
import { completed, contextOf, drive, FACTS, INCUMBENT, optionsOf } from '../../support/stages';
import type { Network } from '../../support/stages';

const SPACE = {
  weightDecay: { logUniform: [1e-6, 1e-2] },
  dropoutRate: { uniform: [0, 0.6] },
  units: { integer: [16, 128], step: 16 },
  activation: { choice: ['relu', 'tanh'] },
};
const START = { ...INCUMBENT, weightDecay: 1e-4, units: 64, activation: 'relu' };

const valueOf = ({ hparams }: TrialSpec, name: string): number => Number(hparams[name]);

/** A loss that hangs on weight decay. */
const plain: Network = (spec) =>
  completed(
    0.1 +
      0.05 * (Math.log10(valueOf(spec, 'weightDecay')) + 3) ** 2 +
      0.004 * uniform(deriveSeed(spec.seed, JSON.stringify(spec.hparams)), 1),
  );

function decisionOn(network: Network, changes = {}): Decision {
  const context = contextOf(optionsOf('regularizationSweep', { space: SPACE, trials: 30, replicates: 1 }), {
    incumbent: START,
    ...changes,
  });
  return regularizationSweep.decide(drive(regularizationSweep, context, { network }));
}

it('alternatives say what they cost, in steps where measured times must not count', () => {
  const facts = { ...FACTS, reproducible: true };
  expect(decisionOn(plain).alternatives.map(({ note }) => note)).toEqual(
    Array(2).fill(expect.stringMatching(/over 1 seed; [\d.]+ s of device time$/)),
  );
  expect(decisionOn(plain, { facts }).alternatives.map(({ note }) => note)).toEqual(
    Array(2).fill(expect.stringMatching(/over 1 seed; 100 steps$/)),
  );
});

it('an edge of a range of few steps counts too, and the wider range keeps the sign', () => {
  const rising: Network = (spec) => completed(0.1 + valueOf(spec, 'units') / 1000);
  expect(decisionOn(rising).evidence.warnings).toContain(
    'the best units, 16, is at the low end of its range: widen it to [8, 128]',
  );
});

describe('label smoothing under valLoss', () => {
  const space = { labelSmoothing: { ordinal: [0, 0.05, 0.1] } };
  const warned = (lossWithout: number): readonly string[] => {
    const network: Network = (spec) =>
      completed(valueOf(spec, 'labelSmoothing') === 0 ? lossWithout : lossWithout + 0.1);
    const context = contextOf(
      optionsOf('regularizationSweep', { space, sampler: { name: 'grid' }, trials: 4, replicates: 1 }),
      { incumbent: { ...START, labelSmoothing: 0 } },
    );
    return regularizationSweep
      .decide(drive(regularizationSweep, context, { network }))
      .evidence.warnings.filter((warning) => warning.includes('label smoothing'));
  };

  // -ln(1 - 0.05 + 0.05 / 10) and the same of 0.1.
  it.each([
    [0.0043, 'label smoothing of 0.05 or more', '0.046'],
    [0.06, 'label smoothing of 0.1 or more', '0.094'],
  ])('is said to be hopeless where %d was reached without it', (lossWithout, which, floor) => {
    expect(warned(lossWithout)).toEqual([expect.stringMatching(new RegExp(`^${which}.* loss of ${floor}`))]);
  });

  it('is left alone where it may win', () => {
    expect(warned(0.5)).toEqual([]);
  });
});
