import type { HParams } from '../../words/trial';
import { activeNames, requirementsOf } from './conditions';
import { unitOf, valueAtUnit } from './coordinates';
import type { Scalar, Space } from './dimension';

/** The hyperparameters at a point of the unit cube: those that exist there. */
export function pointAt(space: Space, units: readonly number[]): HParams {
  const values = Object.fromEntries(
    Object.entries(space).map(([name, dimension], i): [string, Scalar] => [
      name,
      valueAtUnit(dimension, units[i] ?? 0.5),
    ]),
  );
  return pick(values, activeNames(space, values));
}

/** The values with these names, in this order. */
export function pick(values: HParams, names: readonly string[]): HParams {
  return Object.fromEntries(names.map((name) => [name, values[name]!]));
}

/**
 * The point of the unit cube that belongs to hyperparameters; dimensions that do not exist there, or that it has no
 * place in, are `undefined`.
 */
export function unitsOf(space: Space, hparams: HParams): readonly (number | undefined)[] {
  const active = new Set(activeNames(space, hparams));
  return Object.entries(space).map(([name, dimension]) =>
    active.has(name) ? unitOf(dimension, hparams[name]) : undefined,
  );
}

/** Points are values that never change, and searches ask for the keys of all they know again and again. */
const keys = new WeakMap<Space, WeakMap<HParams, string>>();

/** Identity of a point: its values in the order of the space. What does not exist at it makes no difference. */
export function pointKey(space: Space, hparams: HParams): string {
  const known = keys.get(space) ?? new WeakMap<HParams, string>();
  keys.set(space, known);
  const before = known.get(hparams);
  if (before !== undefined) return before;
  const isConditional = [...requirementsOf(space).values()].some(({ size }) => size > 0);
  const active = isConditional ? new Set(activeNames(space, hparams)) : undefined;
  const key = JSON.stringify(
    Object.keys(space).map((name) => (active?.has(name) === false ? null : (hparams[name] ?? null))),
  );
  known.set(hparams, key);
  return key;
}
