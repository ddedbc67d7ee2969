import { conditionProblems, isRange, isRelative, placedDimensions } from '../search/space';
import { limitsOf } from '../trials/hparams';
import { TRAINING_HPARAMS } from '../words/training-hparams';
import { unfitGrowth } from './batch-sizes';
import type { Draft } from './checks';
import type { HparamReferences } from './hparam-references';
import { dotted, valueAt } from './problem';
import type { Path, Problem } from './problem';
import { isTrainingHparam, nameProblems, partlyRead, valuesOf } from './training-space';
import { isStandard, unreadReason } from './unread';

/**
 * A stage's space, if it has one: every name must reach something, every number lie in its range, every condition be
 * one that can hold.
 */
export function spaceProblems(
  index: number,
  space: unknown,
  references: HparamReferences,
  draft: Draft,
): readonly Problem[] {
  const base: Path = ['stages', index, 'space'];
  const placed = placedDimensions(space);
  const selectors = new Set(placed.flatMap(({ dimension }) => Object.keys(asMapping(dimension.when))));
  const own = placed.flatMap(({ name, path, dimension }): readonly Problem[] => {
    const reason = selectors.has(name) ? undefined : unreadReason(name, references, draft);
    if (reason !== undefined) return [{ path: dotted([...base, ...path]), value: valueAt(space, path), ...reason }];
    const place = [...base, ...path];
    if (isRelative(dimension) && isRange(dimension) && name !== 'weightDecay')
      return [
        {
          path: dotted([...place, 'shrink']),
          rule: 'is for weightDecay, the hyperparameter that shrinks weights',
          value: undefined,
        },
      ];
    if (isTrainingHparam(name) && 'values' in TRAINING_HPARAMS[name]) return nameProblems(place, name, dimension);
    return (isStandard(name) || isTrainingHparam(name)) && !isRelative(dimension)
      ? rangeProblems(place, dimension, limitsOf(name))
      : [];
  });
  return [
    ...own,
    ...partlyRead(base, placed),
    ...heldElsewhere(index, placed, draft),
    ...conditionProblems(space).map(({ path, rule, value }) => ({ path: dotted([...base, ...path]), rule, value })),
  ];
}

/** Parts of the training in a space that something beside it has settled already. */
function heldElsewhere(
  index: number,
  placed: ReturnType<typeof placedDimensions>,
  { stages, growth, schedule: studySchedule }: Draft,
): readonly Problem[] {
  const at = (name: string): string | undefined => {
    const found = placed.find((one) => one.name === name);
    return found && dotted(['stages', index, 'space', ...found.path]);
  };
  const [epochs, schedule] = [at('epochs'), at('schedule')];
  const length = stages.find((use) => use.index === index)?.options['epochs'];
  const problems: Problem[] = [];
  if (epochs !== undefined && length !== undefined)
    problems.push({
      path: `stages.${index}.epochs`,
      rule: 'must be left out where the space varies epochs',
      value: length,
    });
  const searched = placed.flatMap(({ name, dimension }) => (name === 'batchGrowth' ? valuesOf(dimension) : []));
  if (schedule !== undefined && [growth, ...searched].includes('decayToGrowth'))
    problems.push({
      path: schedule,
      rule: `must be left out: ${growth === 'decayToGrowth' ? 'training.batchSizeSchedule' : 'batchGrowth'} decayToGrowth grows batches where the one schedule of the study falls`,
      value: undefined,
    });
  const grown = at('batchGrowth');
  const rule = unfitGrowth(searched, growth, studySchedule);
  if (grown !== undefined && rule !== undefined) problems.push({ path: grown, rule, value: searched });
  return problems;
}

/** Keys of a dimension that hold values of the hyperparameter; `step` does not. */
const VALUES: readonly string[] = ['uniform', 'logUniform', 'integer', 'choice', 'ordinal', 'constant'];

/** Kinds of dimension whose values are fractions. */
const CONTINUOUS: readonly string[] = ['uniform', 'logUniform'];

function rangeProblems(
  path: Path,
  dimension: unknown,
  { min, max, integer }: ReturnType<typeof limitsOf>,
): readonly Problem[] {
  return Object.entries(asMapping(dimension)).flatMap(([key, value]) => {
    if (!VALUES.includes(key)) return [];
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (integer === true && CONTINUOUS.includes(key))
      return [
        {
          path: dotted([...path, key]),
          rule: 'must be integer, choice or ordinal: the values are whole numbers',
          value,
        },
      ];
    if (values.some((one) => typeof one === 'string' || typeof one === 'boolean'))
      return [{ path: dotted([...path, key]), rule: 'must be numbers', value }];
    const numeric = values.filter((one) => typeof one === 'number');
    if (numeric.some((one) => one < min || one > max))
      return [{ path: dotted([...path, key]), rule: `must lie between ${min} and ${max}`, value }];
    const whole = integer !== true || numeric.every(Number.isInteger);
    return whole ? [] : [{ path: dotted([...path, key]), rule: 'must be whole numbers', value }];
  });
}

function asMapping(value: unknown): object {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}
