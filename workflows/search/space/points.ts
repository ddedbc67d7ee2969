import type { HParams } from '../../words/trial';
import { activeNames, meets, requirementsOf } from './conditions';
import { unitOf, valueAtUnit } from './coordinates';
import { hparamOf } from './dimension';
import type { Scalar, Space } from './dimension';

/**
 * The hyperparameters at a point of the unit cube: those that exist there.
 *
 * @param requirements As for `activeNames`, here and below.
 */
export function pointAt(space: Space, units: readonly number[], requirements = requirementsOf(space)): HParams {
  const values = Object.fromEntries(
    Object.entries(space).map(([name, dimension], i): [string, Scalar] => [
      name,
      valueAtUnit(dimension, units[i] ?? 0.5),
    ]),
  );
  return named(space, values, activeNames(space, values, requirements));
}

/** The values of dimensions that exist, by their hyperparameters. */
export function named(space: Space, values: HParams, keys: readonly string[]): HParams {
  return Object.fromEntries(keys.map((key) => [hparamOf(space, key), values[key]!]));
}

/** The values with these names, in this order. */
export function pick(values: HParams, names: readonly string[]): HParams {
  return Object.fromEntries(names.map((name) => [name, values[name]!]));
}

/**
 * The point of the unit cube that belongs to hyperparameters; dimensions that do not exist there, or that it has no
 * place in, are `undefined`.
 */
export function unitsOf(
  space: Space,
  hparams: HParams,
  requirements = requirementsOf(space),
): readonly (number | undefined)[] {
  const active = new Set(activeNames(space, hparams, requirements));
  return Object.entries(space).map(([name, dimension]) =>
    active.has(name) ? unitOf(dimension, hparams[hparamOf(space, name)]) : undefined,
  );
}

/** Identity of a point: its values in the order of the space. What does not exist at it makes no difference. */
export function pointKey(space: Space, hparams: HParams): string {
  return pointKeys(space)(hparams);
}

/** `pointKey` for many points of a space. */
export function pointKeys(space: Space): (hparams: HParams) => string {
  const requirements = [...requirementsOf(space)].map(([key, own]) => [hparamOf(space, key), own] as const);
  return (hparams) =>
    JSON.stringify(requirements.map(([name, own]) => (meets(hparams, own) ? (hparams[name] ?? null) : null)));
}
