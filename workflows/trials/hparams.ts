/**
 * A trial's hyperparameters, read by name.
 *
 * @module
 */
import { STANDARD_HPARAMS } from '../words/hparams';
import { TRAINING_HPARAMS } from '../words/training-hparams';
import type { TrainingHParam } from '../words/training-hparams';
import type { ModelSpec } from '../words/study';
import type { HParams } from '../words/trial';

interface Limits {
  readonly min: number;
  readonly max: number;
  readonly integer?: true;
}

const LIMITS: Readonly<Record<string, TrainingHParam>> = {
  ...TRAINING_HPARAMS,
  ...STANDARD_HPARAMS,
};

/** Lowest and highest value of a hyperparameter; of a name without a meaning of its own, no limits. */
export function limitsOf(name: string): Limits {
  const {
    min = -Infinity,
    max = Infinity,
    integer,
  }: Partial<Limits> = Object.hasOwn(LIMITS, name) ? LIMITS[name]! : {};
  return { min, max, ...(integer && { integer }) };
}

/** What a study holds after its decisions; of what none of them has heard, where it starts. */
export function heldAfter(start: HParams, decisions: readonly { readonly hparams: HParams }[]): HParams {
  const decided = decisions.at(-1)?.hparams;
  if (decided === undefined) return start;
  return Object.keys(start).every((name) => name in decided) ? decided : { ...start, ...decided };
}

/** A numeric hyperparameter. @throws RangeError if it is missing or not a number. */
export function numericHParam(hparams: HParams, name: string): number {
  const value = hparams[name];
  if (typeof value !== 'number') throw new RangeError(`hparams.${name} must be a number, got ${String(value)}`);
  return value;
}

/** Names read as `{ hparam: name }` anywhere in layer configs, in order of appearance. */
export function hparamNames(value: unknown): readonly string[] {
  if (Array.isArray(value)) return [...new Set(value.flatMap(hparamNames))];
  if (typeof value !== 'object' || value === null) return [];
  if ('hparam' in value && typeof value.hparam === 'string') return [value.hparam];
  return [...new Set(Object.values(value).flatMap(hparamNames))];
}

/** Names that a model reads as `{ hparam: name }`. */
export function hparamsOfModel(model: ModelSpec): readonly string[] {
  return hparamNames(['layers' in model ? model.layers : [], model.freeze ?? []]);
}
