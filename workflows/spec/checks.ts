/**
 * What must hold between the parts of a study. Each check takes what parsed, so that one mistake does not hide another.
 *
 * @module
 */
import { DEFAULT_LEARNING_RATES, STANDARD_HPARAMS } from '../words/hparams';
import type { StandardHParam, StandardHParamName } from '../words/hparams';
import { conditionProblems, isRelative, placedDimensions } from '../search/space';
import { closest } from './closest';
import { taskProblems } from './task';
import type { TaskUses } from './task';
import { hparamReferences } from './hparam-references';
import type { HparamReferences } from './hparam-references';
import { LAYER_CLASSES, classOfLayer } from './layer-classes';
import { cycledMomentumProblems } from './momentum';
import { MOMENTUM_OPTIMIZERS } from './optimizers';
import { dotted, valueAt } from './problem';
import type { Path, Problem } from './problem';
import { orderProblems } from './stage-order';
import type { ParsedStage } from './stage-uses';

/** What of a study is needed here, as it was written: a mistake in one place must not hide another elsewhere. */
export interface Draft {
  readonly format: unknown;
  readonly model: Readonly<Record<string, unknown>> | undefined;
  /** `training.hparams`. */
  readonly hparams: Readonly<Record<string, unknown>>;
  /** `training.optimizer.name`, the default filled. */
  readonly optimizer: unknown;
  /** `training.schedule`. */
  readonly schedule: unknown;
  readonly reproducible: unknown;
  readonly task: unknown;
  /** `objective.metric`. */
  readonly metric: unknown;
  /** `training.classWeights` and `training.sampler`. */
  readonly classWeights: unknown;
  readonly sampler: unknown;
  readonly deviceMinutes: unknown;
  /** Each entry's `space`. */
  readonly spaces: readonly unknown[];
  /** Each entry's `constraints`. */
  readonly constraints: readonly unknown[];
  /** The entries that parsed. */
  readonly stages: readonly ParsedStage[];
}

/** Names that registries outside the study language know. */
export interface KnownNames {
  readonly presets?: readonly string[];
  readonly formats?: readonly string[];
}

/** The parts of a study that checks look at. */
export function draftOf(input: object, stages: readonly ParsedStage[]): Draft {
  const at = (...path: readonly PropertyKey[]): unknown => valueAt(input, path);
  const entries = at('stages');
  return {
    format: at('dataset', 'format'),
    model: mapping(at('model')),
    hparams: mapping(at('training', 'hparams')) ?? {},
    optimizer: at('training', 'optimizer', 'name') ?? 'adam',
    schedule: at('training', 'schedule'),
    reproducible: at('reproducible'),
    task: at('task'),
    metric: at('objective', 'metric'),
    classWeights: at('training', 'classWeights'),
    sampler: at('training', 'sampler'),
    deviceMinutes: at('budget', 'deviceMinutes'),
    spaces: Array.isArray(entries) ? entries.map((entry) => valueAt(entry, ['space'])) : [],
    constraints: Array.isArray(entries) ? entries.map((entry) => valueAt(entry, ['constraints'])) : [],
    stages,
  };
}

function mapping(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

/** Everything that is wrong between the parts. */
export function semanticProblems(draft: Draft, known: KnownNames): readonly Problem[] {
  const references = hparamReferences(draft.model);
  return [
    ...unknownName('dataset.format', draft.format, known.formats),
    ...unknownName('model.preset', draft.model?.['preset'], known.presets),
    ...layerProblems(draft.model?.['layers']),
    ...references.problems,
    ...startProblems(references, draft),
    ...draft.spaces.flatMap((space, index) => spaceProblems(index, space, references, draft)),
    ...timeProblems(draft),
    ...taskProblems(usesOf(draft)),
    ...cycledMomentumProblems(draft.optimizer, draft.schedule, draft.stages),
    ...orderProblems(draft.stages, draft.hparams),
  ];
}

/** What is said that belongs to some tasks only. */
function usesOf({ hparams, spaces, constraints, ...draft }: Draft): TaskUses {
  return {
    ...draft,
    smoothing: [
      ...(Number(hparams['labelSmoothing'] ?? 0) > 0
        ? [{ path: 'training.hparams.labelSmoothing', value: hparams['labelSmoothing'] }]
        : []),
      ...spaces.flatMap((space, index) =>
        valueAt(space, ['labelSmoothing']) === undefined
          ? []
          : [{ path: `stages.${index}.space.labelSmoothing`, value: valueAt(space, ['labelSmoothing']) }],
      ),
    ],
    bounded: constraints.flatMap((own, index) =>
      Object.entries(mapping(own) ?? {}).map(([metric, value]) => ({
        path: `stages.${index}.constraints.${metric}`,
        metric,
        value,
      })),
    ),
  };
}

/** What a limit of time cuts depends on how long each trial took, which no two runs agree on. */
function timeProblems({ reproducible, deviceMinutes, constraints }: Draft): readonly Problem[] {
  if (reproducible !== true) return [];
  const measured = constraints.flatMap((own, index) =>
    ['deviceSeconds', 'peakBytes']
      .filter((name) => valueAt(own, [name]) !== undefined)
      .map((name): Problem => ({
        path: `stages.${index}.constraints.${name}`,
        rule: 'must be left out of a reproducible study: no two runs measure the same',
        value: valueAt(own, [name]),
        fix: 'bound parameters',
      })),
  );
  if (typeof deviceMinutes !== 'number') return measured;
  const rule =
    'must be left out of a reproducible study: which trials a limit of time cuts depends on how fast the machine was';
  return [
    ...measured,
    {
      path: 'budget.deviceMinutes',
      rule,
      value: deviceMinutes,
      fix: 'limit budget.maxTrials, and the trials and epochs of the stages',
    },
  ];
}

function unknownName(path: string, name: unknown, known: readonly string[] | undefined): readonly Problem[] {
  if (typeof name !== 'string' || known === undefined || known.includes(name)) return [];
  const near = closest(name, known);
  return [
    {
      path,
      rule: `must be one of ${known.join(', ')}`,
      value: name,
      ...(near !== undefined && { fix: `did you mean "${near}"?` }),
    },
  ];
}

/** Layers that TensorFlow.js does not have, by the word that names them: `layer`, or Keras' `className`. */
function layerProblems(layers: unknown): readonly Problem[] {
  return (Array.isArray(layers) ? layers : []).flatMap((entry: unknown, index): readonly Problem[] => {
    const key = valueAt(entry, ['layer']) === undefined ? 'className' : 'layer';
    const value = valueAt(entry, [key]);
    if (
      typeof value !== 'string' ||
      (key === 'layer' ? classOfLayer(value) !== undefined : LAYER_CLASSES.includes(value))
    )
      return [];
    const near = closest(value, LAYER_CLASSES);
    return [
      {
        path: `model.layers.${index}.${key}`,
        rule: 'must be a layer of TensorFlow.js',
        value,
        fix: near === undefined ? 'for example conv2d, dense or maxPooling2d' : `did you mean "${near}"?`,
      },
    ];
  });
}

/** Values that nothing reads, and names that the model reads but nobody gives a value. */
function startProblems(references: HparamReferences, draft: Draft): readonly Problem[] {
  const { hparams } = draft;
  const given = Object.keys(hparams).filter((name) => hparams[name] !== undefined);
  const unread = given.flatMap((name) => {
    const reason = unreadReason(name, references, draft);
    return reason === undefined || hparams[name] === 0
      ? []
      : [{ path: `training.hparams.${name}`, value: hparams[name], ...reason }];
  });
  const missing = references.names
    .filter(({ name }) => !given.includes(name) && !isStandard(name))
    .map(({ name, path }) => ({
      path: dotted(path),
      rule: `reads ${name}, which has no value`,
      value: { hparam: name },
      fix: missingFix(name, given),
    }));
  return [...unread, ...missing];
}

function missingFix(name: string, given: readonly string[]): string {
  const near = closest(name, [...given, ...Object.keys(STANDARD_HPARAMS)]);
  return `${near === undefined ? '' : `did you mean "${near}"? else `}add training.hparams.${name} as its start`;
}

/** Why a hyperparameter would have no effect; `undefined` if something reads it. */
function unreadReason(
  name: string,
  references: HparamReferences,
  { model, optimizer }: Draft,
): Pick<Problem, 'rule' | 'fix'> | undefined {
  if (references.open || references.names.some((reference) => reference.name === name)) return undefined;
  const hasLayers = model !== undefined && 'layers' in model;
  if (!isStandard(name)) {
    const near = closest(name, Object.keys(STANDARD_HPARAMS));
    const read = hasLayers
      ? `read it in model.layers as { hparam: ${name} }`
      : 'only model.layers can read names of your own';
    return {
      rule: 'nothing reads this hyperparameter',
      fix: near === undefined ? read : `did you mean "${near}"? else ${read}`,
    };
  }
  if (name === 'dropoutRate' && hasLayers) {
    return {
      rule: 'nothing reads this hyperparameter',
      fix: 'add { layer: dropout, rate: { hparam: dropoutRate } } to model.layers',
    };
  }
  if (
    name === 'momentum' &&
    typeof optimizer === 'string' &&
    Object.hasOwn(DEFAULT_LEARNING_RATES, optimizer) &&
    !MOMENTUM_OPTIMIZERS.includes(optimizer)
  ) {
    return {
      rule: `is not read by the optimizer ${optimizer}`,
      fix: `use one of ${MOMENTUM_OPTIMIZERS.join(', ')}, or leave it out`,
    };
  }
  return undefined;
}

function isStandard(name: string): name is StandardHParamName {
  return Object.hasOwn(STANDARD_HPARAMS, name);
}

/**
 * A stage's space, if it has one: every name must reach something, every number lie in its range, every condition be
 * one that can hold.
 */
function spaceProblems(index: number, space: unknown, references: HparamReferences, draft: Draft): readonly Problem[] {
  const base: Path = ['stages', index, 'space'];
  const placed = placedDimensions(space);
  const selectors = new Set(placed.flatMap(({ dimension }) => Object.keys(mapping(dimension.when) ?? {})));
  const own = placed.flatMap(({ name, path, dimension }): readonly Problem[] => {
    const reason = selectors.has(name) ? undefined : unreadReason(name, references, draft);
    if (reason !== undefined) return [{ path: dotted([...base, ...path]), value: valueAt(space, path), ...reason }];
    return isStandard(name) && !isRelative(dimension)
      ? rangeProblems([...base, ...path], dimension, STANDARD_HPARAMS[name])
      : [];
  });
  return [
    ...own,
    ...conditionProblems(space).map(({ path, rule, value }) => ({ path: dotted([...base, ...path]), rule, value })),
  ];
}

/** Keys of a dimension that hold values of the hyperparameter; `step` does not. */
const VALUES: readonly string[] = ['uniform', 'logUniform', 'integer', 'choice', 'ordinal', 'constant'];

/** Kinds of dimension whose values are fractions. */
const CONTINUOUS: readonly string[] = ['uniform', 'logUniform'];

function rangeProblems(path: Path, dimension: unknown, { min, max, integer }: StandardHParam): readonly Problem[] {
  return Object.entries(mapping(dimension) ?? {}).flatMap(([key, value]) => {
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
