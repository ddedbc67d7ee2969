import { requirementsOf } from './conditions';
import { boundsOf, hparamOf, hparamsIn, isRange, isRelative, listOf } from './dimension';
import type { Dimension, Scalar, Space } from './dimension';
import type { HParams } from '../../words/trial';

/**
 * Why a value is none of a dimension's, e.g. `must lie between 0 and 0.6`; `undefined` if it is one. Between steps is
 * fine: it can be trained with.
 */
export function misfitOf(dimension: Dimension, value: Scalar): string | undefined {
  if (isRelative(dimension) && isRange(dimension))
    return typeof value === 'number' && value > 0 ? undefined : 'must be a number above 0';
  if (isRelative(dimension))
    return 'must be left out: its values are multiples of what the study holds when the stage begins';
  if (!isRange(dimension)) {
    const list = 'constant' in dimension ? [dimension.constant] : (listOf(dimension) ?? []);
    return list.includes(value)
      ? undefined
      : `must be ${list.length === 1 ? '' : 'one of '}${list.map(String).join(', ')}`;
  }
  if (typeof value !== 'number' || !Number.isFinite(value)) return 'must be a number';
  if ('integer' in dimension && !Number.isInteger(value)) return 'must be a whole number';
  const [low, high] = boundsOf(dimension);
  return value < low || value > high ? `must lie between ${low} and ${high}` : undefined;
}

/** A hyperparameter that has no place in a space, and why. */
interface Misfit {
  readonly name: string;
  readonly rule: string;
}

/** Everything about a point, or a part of one, that a space has no place for. What it leaves out is not missed. */
export function misfitsIn(space: Space, hparams: HParams): readonly Misfit[] {
  return Object.entries(hparams).flatMap(([name, value]): readonly Misfit[] => {
    const keys = Object.keys(space).filter((key) => hparamOf(space, key) === name);
    if (keys.length === 0) return [{ name, rule: `is not in the space, which has ${hparamsIn(space).join(', ')}` }];
    // Of several dimensions for it only one can exist at the point.
    const rules = keys.map((key) => conditionRule(space, key, hparams) ?? misfitOf(space[key]!, value));
    return rules.includes(undefined) ? [] : [{ name, rule: [...new Set(rules)].join('; ') }];
  });
}

/** A hyperparameter that another value of the same point rules out. */
function conditionRule(space: Space, name: string, hparams: HParams): string | undefined {
  for (const [parent, allowed] of requirementsOf(space).get(name) ?? []) {
    const value = hparams[parent];
    if (value !== undefined && !allowed.has(value))
      return `does not exist where ${parent} is ${String(value)}, only where it is ${[...allowed].map(String).join(' or ')}`;
  }
  return undefined;
}
