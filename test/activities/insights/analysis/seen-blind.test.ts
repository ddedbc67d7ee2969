import { factorsOf, unitsByFactor } from '../../../../activities/insights/analysis';
import { seenBlind } from '../../../../activities/insights/analysis/importance/seen-blind';
import { SAMPLERS } from '../../../../workflows/search';
import { isBlindTurn } from '../../../../workflows/search/blind-turns';
import { deriveSeed, uniform } from '../../../../workflows/search/random';
import type { Observation, Sampler } from '../../../../workflows/search';
import type { Space } from '../../../../workflows/search/space';
import type { HParams } from '../../../../workflows/words/trial';

const SPACE: Space = Object.fromEntries(['a', 'x', 'y', 'z'].map((name) => [name, { uniform: [0, 1] }]));
const FACTORS = factorsOf(SPACE);
const TRIALS = 100;
const STARTUP = 10;

interface Drawn {
  readonly hparams: HParams;
  readonly isBlind: boolean;
}

const suggestion = (name: string, seed: number, index: number, observations: readonly Observation[]): HParams =>
  (SAMPLERS as Readonly<Record<string, Sampler>>)[name]!.suggest({
    space: SPACE,
    options: { startupTrials: STARTUP },
    index,
    seed,
    observations,
    direction: 'minimize',
  });

/** A valley in `a`, with a noise of a twentieth of its depth. */
const lossAt = ({ a }: HParams, seed: number, index: number): number =>
  (Number(a) - 0.3) ** 2 + 0.02 * uniform(deriveSeed(seed, 'noise'), index);

/** The blind draws of a search: what it saw of its trials changes none of them. */
function blindDraws(name: string, seed: number): readonly Drawn[] {
  const isLearning = !('isBlind' in SAMPLERS[name as keyof typeof SAMPLERS]);
  return Array.from({ length: TRIALS }, (_, index) => index)
    .filter((index) => !isLearning || isBlindTurn(index) || (name !== 'cmaes' && index < STARTUP))
    .map((index) => ({ hparams: suggestion(name, seed, index, []), isBlind: true }));
}

/** A whole search, with what it drew blind. */
function searched(name: string, seed: number): readonly Drawn[] {
  const observations: Observation[] = [];
  return Array.from({ length: TRIALS }, (_, index) => {
    const hparams = suggestion(name, seed, index, observations);
    observations.push({ hparams, score: lossAt(hparams, seed, index) });
    return { hparams, isBlind: JSON.stringify(hparams) === JSON.stringify(suggestion(name, seed, index, [])) };
  });
}

/** How often each factor stands out, as a share of the sweeps. */
function shares(sweeps: number, drawn: (seed: number) => readonly Drawn[]): Readonly<Record<string, number>> {
  const counts = Object.fromEntries(FACTORS.map(({ name }) => [name, 0]));
  for (let seed = 1; seed <= sweeps; seed++) {
    const observations = drawn(seed).map(({ hparams, isBlind }, i) => ({
      units: unitsByFactor(SPACE, hparams),
      loss: lossAt(hparams, seed, i),
      isBlind,
    }));
    seenBlind(FACTORS, observations, seed).found?.forEach(({ standsOut }, i) => {
      if (standsOut) counts[FACTORS[i]!.name]! += 1 / sweeps;
    });
  }
  return counts;
}

it.each(['random', 'sobol', 'tpe', 'gp', 'cmaes'])(
  'of 100 trials by %s the hyperparameter that matters stands out in 90 %% of sweeps or more, each other in 5 %% at most',
  (name) => {
    const { a, ...others } = shares(250, (seed) => blindDraws(name, seed));
    expect(a).toBeGreaterThanOrEqual(0.9);
    Object.values(others).forEach((share) => expect(share).toBeLessThanOrEqual(0.05));
  },
);

it.each([
  ['tpe', 5],
  ['cmaes', 5],
  ['gp', 1],
] as const)('so it is after whole searches by %s, which concentrate', (name, sweeps) => {
  expect(shares(sweeps, (seed) => searched(name, seed))['a']).toBe(1);
});
