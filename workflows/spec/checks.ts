/**
 * What must hold between the parts of a study. Each check takes what parsed, so that one mistake does not hide another.
 *
 * @module
 */
import { STANDARD_HPARAMS } from '../words/hparams';
import { closest } from './closest';
import { foldProblems } from './folds';
import { taskProblems } from './task';
import type { TaskUses } from './task';
import { hparamReferences } from './hparam-references';
import type { HparamReferences } from './hparam-references';
import { LAYER_CLASSES, classOfLayer } from './layer-classes';
import { averageProblems } from './weight-average';
import { layerPatternProblems } from './layer-patterns';
import { cycledMomentumProblems } from './momentum';
import { dotted, valueAt } from './problem';
import type { Problem } from './problem';
import { spaceProblems } from './space-problems';
import { orderProblems } from './stage-order';
import { isStandard, unreadReason } from './unread';
import type { ParsedStage } from './stage-uses';
import { choicesOf, isTrainingHparam, placeOf } from './training-space';
import type { Choices } from './training-space';

/** What of a study is needed here, as it was written: a mistake in one place must not hide another elsewhere. */
export interface Draft {
  readonly format: unknown;
  /** `dataset.validation.folds`. */
  readonly folds: unknown;
  readonly model: Readonly<Record<string, unknown>> | undefined;
  /** `training.hparams`. */
  readonly hparams: Readonly<Record<string, unknown>>;
  /** `training.optimizer.name`, the default filled. */
  readonly optimizer: unknown;
  /** `training.schedule`. */
  readonly schedule: unknown;
  /** `training.weightAverage`. */
  readonly weightAverage: unknown;
  /** What optimizer and schedule may become. */
  readonly choices: Choices;
  /** `training.batchSizeSchedule.name`. */
  readonly growth: unknown;
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
  /** Each entry's `sampler`. */
  readonly samplers: readonly unknown[];
  /** Each entry's `secondObjective`. */
  readonly seconds: readonly unknown[];
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
  const spaces = Array.isArray(entries) ? entries.map((entry) => valueAt(entry, ['space'])) : [];
  const optimizer = at('training', 'optimizer', 'name') ?? 'adam';
  return {
    format: at('dataset', 'format'),
    folds: at('dataset', 'validation', 'folds'),
    model: mapping(at('model')),
    hparams: mapping(at('training', 'hparams')) ?? {},
    optimizer,
    schedule: at('training', 'schedule'),
    weightAverage: at('training', 'weightAverage'),
    choices: choicesOf({ optimizer, schedule: at('training', 'schedule', 'name') ?? 'constant' }, spaces),
    growth: at('training', 'batchSizeSchedule', 'name'),
    reproducible: at('reproducible'),
    task: at('task'),
    metric: at('objective', 'metric'),
    classWeights: at('training', 'classWeights'),
    sampler: at('training', 'sampler'),
    deviceMinutes: at('budget', 'deviceMinutes'),
    spaces,
    seconds: Array.isArray(entries) ? entries.map((entry) => valueAt(entry, ['secondObjective'])) : [],
    samplers: Array.isArray(entries) ? entries.map((entry) => valueAt(entry, ['sampler'])) : [],
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
    ...layerPatternProblems(draft.model),
    ...references.problems,
    ...startProblems(references, draft),
    ...draft.spaces.flatMap((space, index) => spaceProblems(index, space, references, draft)),
    ...timeProblems(draft),
    ...averageProblems(draft),
    ...taskProblems(usesOf(draft)),
    ...cycledMomentumProblems(draft.optimizer, draft.schedule, draft.stages),
    ...foldProblems(draft.folds, draft.stages),
    ...orderProblems(draft.stages, draft.hparams),
  ];
}

const MEASURED_RULE = 'must be left out of a reproducible study: no two runs measure the same';

/** What is said that belongs to some tasks only. */
function usesOf({ hparams, spaces, constraints, seconds, ...draft }: Draft): TaskUses {
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
    seconds: seconds.map((value, index) => ({ path: `stages.${index}.secondObjective`, value })),
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
function timeProblems({ reproducible, deviceMinutes, constraints, samplers, seconds }: Draft): readonly Problem[] {
  if (reproducible !== true) return [];
  const weighed = [
    ...samplers.map((own, index) => ({ at: `${index}.sampler.costAware`, value: valueAt(own, ['costAware']) })),
    ...seconds.map((value, index) => ({ at: `${index}.secondObjective`, value })),
  ]
    .filter(({ value }) => value === true || value === 'deviceSeconds' || value === 'peakBytes')
    .map(({ at, value }): Problem => ({ path: `stages.${at}`, rule: MEASURED_RULE, value }));
  const measured = constraints.flatMap((own, index) =>
    ['deviceSeconds', 'peakBytes']
      .filter((name) => valueAt(own, [name]) !== undefined)
      .map((name): Problem => ({
        path: `stages.${index}.constraints.${name}`,
        rule: MEASURED_RULE,
        value: valueAt(own, [name]),
        fix: 'bound parameters',
      })),
  );
  if (typeof deviceMinutes !== 'number') return [...weighed, ...measured];
  const rule =
    'must be left out of a reproducible study: which trials a limit of time cuts depends on how fast the machine was';
  return [
    ...weighed,
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
    if (isTrainingHparam(name))
      return [
        {
          path: `training.hparams.${name}`,
          rule: 'has a place of its own in training',
          value: hparams[name],
          fix: `set ${placeOf(name)}`,
        },
      ];
    const reason = unreadReason(name, references, draft);
    return reason === undefined || hparams[name] === 0
      ? []
      : [{ path: `training.hparams.${name}`, value: hparams[name], ...reason }];
  });
  const taken = references.names
    .filter(({ name }) => isTrainingHparam(name))
    .map(({ name, path }) => ({
      path: dotted(path),
      rule: `must not read ${name}, which is a part of the training`,
      value: { hparam: name },
      fix: 'give it another name',
    }));
  const missing = references.names
    .filter(({ name }) => !isTrainingHparam(name))
    .filter(({ name }) => !given.includes(name) && !isStandard(name))
    .map(({ name, path }) => ({
      path: dotted(path),
      rule: `reads ${name}, which has no value`,
      value: { hparam: name },
      fix: missingFix(name, given),
    }));
  return [...unread, ...taken, ...missing];
}

function missingFix(name: string, given: readonly string[]): string {
  const near = closest(name, [...given, ...Object.keys(STANDARD_HPARAMS)]);
  return `${near === undefined ? '' : `did you mean "${near}"? else `}add training.hparams.${name} as its start`;
}
