/**
 * A trial's hyperparameters, read by name.
 *
 * @module
 */
import { STANDARD_HPARAMS } from '../words/hparams';
import type { StandardHParam } from '../words/hparams';
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
