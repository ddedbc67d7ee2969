/**
 * Optuna's distributions and our dimensions. Optuna stores a value as a number: a categorical one as its place among
 * the choices.
 *
 * @module
 */
import { z } from 'zod';
import { isLogarithmic, isRange, listOf } from '../../../workflows/search/space';
import type { Dimension, Scalar } from '../../../workflows/search/space';
import { boundsOf, stepOf } from '../../../workflows/search/space/dimension';
import { misfitOf } from '../../../workflows/search/space/fit';
import { parseJson } from '../text';
import { TrialsUnreadable } from '../trial-row';
import type { ForeignValue } from '../trial-row';

const scalar = z.union([z.number(), z.string(), z.boolean(), z.null()]);

/** Versions before 3 had a distribution for each kind of number; their values are stored the same. */
const distributionSchema = z.object({
  name: z.string(),
  attributes: z.looseObject({ choices: z.array(scalar).optional() }),
});

/** The value that Optuna's number stands for. @throws TrialsUnreadable */
export function valueIn(distributionJson: string, stored: number): ForeignValue {
  const parsed = distributionSchema.safeParse(parseJson(distributionJson, "a distribution of Optuna's"));
  if (!parsed.success)
    throw new TrialsUnreadable(
      `a distribution of Optuna's has a form that is not known: ${distributionJson.slice(0, 80)}`,
    );
  const {
    attributes: { choices },
  } = parsed.data;
  return choices === undefined ? stored : (choices[stored] ?? null);
}

/** A parameter as Optuna stores it. */
export interface StoredParameter {
  readonly value: number;
  readonly distributionJson: string;
}

/**
 * A value of a dimension for Optuna, which goes on with the same search only in the same space.
 *
 * @returns `undefined` for a value outside of the dimension, as the study's own start may have: Optuna has no place for
 *   it.
 */
export function stored(dimension: Dimension, value: Scalar): StoredParameter | undefined {
  if (misfitOf(dimension, value) !== undefined) return undefined;
  if (!isRange(dimension)) {
    const list = 'constant' in dimension ? [dimension.constant] : (listOf(dimension) ?? []);
    return { value: list.indexOf(value), distributionJson: json('CategoricalDistribution', { choices: list }) };
  }
  const [low, high] = boundsOf(dimension);
  const log = isLogarithmic(dimension);
  // Optuna has no steps in a logarithm, and of other steps only those that the value is on.
  const step = stepOf(dimension);
  const isOnStep =
    step !== undefined &&
    !log &&
    Math.abs((Number(value) - low) / step - Math.round((Number(value) - low) / step)) < 1e-9;
  if ('integer' in dimension)
    return {
      value: Number(value),
      distributionJson: json('IntDistribution', { log, step: isOnStep ? step : 1, low, high }),
    };
  return {
    value: Number(value),
    distributionJson: json('FloatDistribution', { step: isOnStep ? step : null, low, high, log }),
  };
}

function json(name: string, attributes: object): string {
  return JSON.stringify({ name, attributes });
}
