/**
 * What is wrong with hyperparameters that take the place of a part of `training`: names that there are not, and constants
 * that the optimizer or the schedule beside them does not read.
 *
 * @module
 */
import { listOf, placedDimensions, requirementsOf } from '../search/space';
import type { Dimension, Space } from '../search/space';
import { TRAINING_HPARAMS } from '../words/training-hparams';
import type { TrainingHParam, TrainingHParamName } from '../words/training-hparams';
import { closest } from './closest';
import { MOMENTUM_OPTIMIZERS } from './optimizers';
import { dotted } from './problem';
import type { Path, Problem } from './problem';

/** What chooses among readers. */
const KINDS = ['optimizer', 'schedule'] as const;
type Kind = (typeof KINDS)[number];

/** Names by kind that a study may come to, in its own training or in any space. */
export type Choices = Readonly<Record<Kind, readonly unknown[]>>;

export function isTrainingHparam(name: string): name is TrainingHParamName {
  return Object.hasOwn(TRAINING_HPARAMS, name);
}

/** The optimizers and schedules of a study's training and of its spaces. */
export function choicesOf(own: Readonly<Record<Kind, unknown>>, spaces: readonly unknown[]): Choices {
  const inSpaces = (kind: Kind): readonly unknown[] =>
    spaces.flatMap((space) =>
      placedDimensions(space).flatMap(({ name, dimension }) => (name === kind ? valuesOf(dimension) : [])),
    );
  return { optimizer: [own.optimizer, ...inSpaces('optimizer')], schedule: [own.schedule, ...inSpaces('schedule')] };
}

/** The values that a dimension lists. */
export function valuesOf(dimension: Dimension | undefined): readonly unknown[] {
  if (dimension === undefined) return [];
  const list = 'constant' in dimension ? [dimension.constant] : listOf(dimension);
  return Array.isArray(list) ? (list as readonly unknown[]) : [];
}

/** Who reads a hyperparameter, where not every training does. */
export function readersOf(name: string): { readonly kind: Kind; readonly names: readonly string[] } | undefined {
  if (name === 'momentum') return { kind: 'optimizer', names: MOMENTUM_OPTIMIZERS };
  const { readBy }: TrainingHParam = isTrainingHparam(name) ? TRAINING_HPARAMS[name] : { description: '' };
  if (readBy === undefined) return undefined;
  return 'optimizer' in readBy
    ? { kind: 'optimizer', names: readBy.optimizer }
    : { kind: 'schedule', names: readBy.schedule };
}

/** Why a hyperparameter has no effect, whatever a study comes to; `undefined` if something may read it. */
export function unreadByAll(name: string, choices: Choices): Pick<Problem, 'rule' | 'fix'> | undefined {
  const readers = readersOf(name);
  if (readers === undefined) return undefined;
  const known: readonly string[] = TRAINING_HPARAMS[readers.kind].values;
  const may = choices[readers.kind].filter((one) => typeof one === 'string' && known.includes(one));
  if (may.length === 0 || may.some((one) => readers.names.includes(String(one)))) return undefined;
  return {
    rule: `is not read by the ${readers.kind} ${[...new Set(may)].join(', ')}`,
    fix: `use one of ${readers.names.join(', ')}, or leave it out`,
  };
}

/** Constants in a space that some of its own optimizers or schedules do not read. */
export function partlyRead(base: Path, placed: ReturnType<typeof placedDimensions>): readonly Problem[] {
  const space: Space = Object.fromEntries(placed.map(({ key, dimension }) => [key, dimension]));
  const requirements = requirementsOf(space);
  return placed.flatMap(({ name, key, path }): readonly Problem[] => {
    const readers = readersOf(name);
    if (readers === undefined || space[readers.kind] === undefined) return [];
    const { kind, names } = readers;
    const allowed = requirements.get(key)?.get(kind);
    const beside = valuesOf(space[kind]).filter((one) => allowed?.has(one as string) ?? true);
    const deaf = beside.filter((one) => !names.includes(String(one)));
    if (deaf.length === 0 || deaf.length === beside.length) return [];
    const hearing = beside.filter((one) => names.includes(String(one))).join(', ');
    return [
      {
        path: dotted([...base, ...path]),
        rule: `is not read by the ${kind} ${deaf.join(', ')}`,
        value: undefined,
        fix: `put it into the branches of ${kind} that read it, or add when: { ${kind}: [${hearing}] }`,
      },
    ];
  });
}

/** Names in a dimension that are no optimizer, or no schedule. */
export function nameProblems(path: Path, name: TrainingHParamName, dimension: Dimension): readonly Problem[] {
  const { values: known }: TrainingHParam = TRAINING_HPARAMS[name];
  if (known === undefined) return [];
  const values = valuesOf(dimension);
  if (values.length === 0 && !('choice' in dimension))
    return [
      { path: dotted(path), rule: 'must be a choice, branches, or an ordinal: the values are names', value: undefined },
    ];
  return values
    .filter((value) => !known.includes(String(value)))
    .map((value): Problem => {
      const near = typeof value === 'string' ? closest(value, known) : undefined;
      const fix = near === undefined ? {} : { fix: `did you mean "${near}"?` };
      return { path: dotted(path), rule: `must be among ${known.join(', ')}`, value, ...fix };
    });
}

const PLACES: Readonly<Partial<Record<TrainingHParamName, string>>> = {
  optimizer: 'training.optimizer.name',
  schedule: 'training.schedule.name',
  epochs: 'training.epochs',
  batchGrowth: 'training.batchSizeSchedule.name',
  warmupSteps: 'training.schedule.warmupSteps',
  firstMilestone: 'training.schedule.milestones',
  milestoneFactor: 'training.schedule.milestones',
};

/** Where a study says what a hyperparameter of its training is. */
export function placeOf(name: TrainingHParamName): string {
  return PLACES[name] ?? `training.${readersOf(name)?.kind ?? 'optimizer'}.${name}`;
}
