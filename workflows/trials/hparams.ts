/**
 * A trial's hyperparameters, read by name.
 *
 * @module
 */
import { STANDARD_HPARAMS } from '../words/hparams';
import type { StandardHParam } from '../words/hparams';
import type { ModelSpec } from '../words/study';
import type { HParams } from '../words/trial';

/** Lowest and highest value of a hyperparameter; of a name without a meaning of its own, no limits. */
export function limitsOf(name: string): Pick<StandardHParam, 'min' | 'max' | 'integer'> {
  return (
    Object.entries<StandardHParam>(STANDARD_HPARAMS).find(([known]) => known === name)?.[1] ?? {
      min: -Infinity,
      max: Infinity,
    }
  );
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
