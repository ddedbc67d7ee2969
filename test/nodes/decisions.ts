/**
 * A fixed corpus of decisions: every sampler asked and told, every stage driven to its answer with every pruner, on
 * made-up trials. Each becomes the hash of all that it said, numbers to their last bit.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { createSearch, deriveSeed, SAMPLERS, uniform } from '../../workflows/search';
import type { NestedSpace } from '../../workflows/search';
import { STAGES } from '../../workflows/stages';
import { plausibleOutcome } from '../../workflows/stages/plausible-outcome';
import type { STAGE_OPTIONS } from '../../workflows/stages/options';
import type { Decision } from '../../workflows/stages/stage';
import type { HParams, TrialSpec } from '../../workflows/words/trial';
import { contextOf, drive, optionsOf, shuffled } from '../support/stages';
import type { Network } from '../support/stages';

const SPACE: NestedSpace = {
  learningRate: { logUniform: [1e-5, 1e-1] },
  dropoutRate: { uniform: [0, 0.6] },
  width: { integer: [4, 256], log: true },
  layers: { integer: [1, 5] },
  kind: { branches: { plain: {}, decayed: { weightDecay: { logUniform: [1e-6, 1e-2] } } } },
};
/** What a stage asked for, and what it decided. */
interface StageAnswers {
  readonly trials: readonly TrialSpec[];
  readonly decision: Decision;
}

const SEARCH_TRIALS = 32;
const IN_FLIGHT = 3;

const SWEPT = {
  weightDecay: { logUniform: [1e-6, 1e-2] },
  dropoutRate: { uniform: [0, 0.6] },
  labelSmoothing: { choice: [0, 0.05, 0.1] },
};
const SWEEPS: Readonly<Record<string, object>> = {
  'tpe, asha': { sampler: { name: 'tpe', startupTrials: 6 }, pruner: { name: 'asha' } },
  'gp, median': { sampler: { name: 'gp', startupTrials: 6 }, pruner: { name: 'median' } },
  'cmaes, hyperband': { sampler: { name: 'cmaes' }, pruner: { name: 'hyperband' } },
  'sobol, percentile': { sampler: { name: 'sobol' }, pruner: { name: 'percentile', percentile: 30 } },
  'halton, patience': { sampler: { name: 'halton' }, pruner: { name: 'patience', patience: 2 } },
  'random, wilcoxon': { sampler: { name: 'random' }, pruner: { name: 'wilcoxon' }, replicates: 8 },
  'nsga2, two pruners': {
    sampler: { name: 'nsga2', population: 6 },
    pruner: [{ name: 'asha' }, { name: 'wilcoxon' }],
    replicates: 8,
    secondObjective: 'parameters',
  },
  'tpe, costs': {
    sampler: { name: 'tpe', startupTrials: 6, costAware: true },
    constraints: { deviceSeconds: { max: 40 } },
  },
  'gp, terminator': {
    sampler: { name: 'gp', startupTrials: 6 },
    terminator: { improvementToNoise: 2, minTrials: 8 },
    constraints: { deviceSeconds: { max: 40 } },
  },
  'grid, none': { sampler: { name: 'grid', levels: 2 }, trials: 13 },
};

/** What a network says, with luck of a few per cent by its hyperparameters and seed. */
const noisy: Network = (spec, facts) => {
  const outcome = plausibleOutcome(spec, facts);
  if (!('measurement' in outcome)) return outcome;
  const { measurement } = outcome;
  const luck = (epoch: number): number =>
    1 + 0.06 * (uniform(deriveSeed(spec.seed, JSON.stringify(spec.hparams)), epoch) - 0.5);
  const curve = measurement.curve.map((line) => ({
    ...line,
    values: { ...line.values, valLoss: (line.values.valLoss ?? 9) * luck(line.epoch) },
  }));
  const best = curve.reduce((least, line) => (line.values.valLoss < least.values.valLoss ? line : least), curve[0]!);
  return { ...outcome, measurement: { ...measurement, curve, best: measurement.best && best } };
};

const scoreOf = (hparams: HParams): number =>
  Object.values(hparams).reduce<number>((sum, value) => sum + (typeof value === 'number' ? (value - 0.3) ** 2 : 1), 0);

function searchWith(name: keyof typeof SAMPLERS): unknown {
  const space: NestedSpace = name === 'grid' ? { ...SPACE, layers: { choice: [1, 2] } } : SPACE;
  const search = createSearch({ space, sampler: { name, startupTrials: 8, levels: 2 }, seed: 17 });
  for (let told = 0; told < SEARCH_TRIALS; told++) {
    while (search.observations().filter(({ score }) => score === undefined).length < IN_FLIGHT)
      if (search.ask() === undefined) break;
    const trial = search.observations()[told];
    if (trial === undefined) break;
    search.tell(told, told % 9 === 4 ? null : scoreOf(trial.hparams));
  }
  return search.observations();
}

function answersOf(name: keyof typeof STAGE_OPTIONS, options: unknown): StageAnswers {
  const stage = STAGES[name]!;
  const context = contextOf<unknown>(options);
  const end = drive(stage, context, { network: noisy, parallel: IN_FLIGHT, endsNext: shuffled(5) });
  return { trials: end.trials.map(({ spec }) => spec), decision: stage.decide(end) };
}

export const digestOf = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);

/** Options of the corpus' stages by what is asked, every default filled. */
export function stageOptions(): Readonly<Record<string, unknown>> {
  const stages = (Object.keys(STAGES) as (keyof typeof STAGE_OPTIONS)[]).filter(
    (name) => STAGES[name]?.isSearch !== true,
  );
  return Object.fromEntries<unknown>([
    ...stages.map((name) => [`stage ${name}`, optionsOf(name, {})] as const),
    ...Object.entries(SWEEPS).map(
      ([name, options]) =>
        [`sweep ${name}`, optionsOf('regularizationSweep', { space: SWEPT, trials: 14, ...options })] as const,
    ),
  ]);
}

/** What stages answer to options, by what was asked, e.g. `sweep tpe, asha`. */
export function stageAnswers(options: Readonly<Record<string, unknown>>): Readonly<Record<string, StageAnswers>> {
  return Object.fromEntries(
    Object.entries(options).map(([asked, given]) => {
      const [kind, name] = asked.split(' ');
      return [asked, answersOf((kind === 'sweep' ? 'regularizationSweep' : name) as keyof typeof STAGE_OPTIONS, given)];
    }),
  );
}

/** What samplers ask for, e.g. by `sampler tpe`. */
export function samplerAnswers(): Readonly<Record<string, unknown>> {
  const samplers = Object.keys(SAMPLERS) as (keyof typeof SAMPLERS)[];
  return Object.fromEntries(samplers.map((name) => [`sampler ${name}`, searchWith(name)]));
}

/** Hashes by what was asked, e.g. `sampler tpe`. */
export function decisionDigests(): Readonly<Record<string, string>> {
  const answers: Readonly<Record<string, unknown>> = { ...samplerAnswers(), ...stageAnswers(stageOptions()) };
  return Object.fromEntries(Object.entries(answers).map(([asked, answer]) => [asked, digestOf(answer)]));
}
