/**
 * From what a person wrote to a study with every default filled, or to every mistake in it at once.
 *
 * @module
 */
import { z } from 'zod';
import type { BatchSizeSchedule } from '../trials/batch-growth';
import { hparamsOfAverage } from '../trials/weight-average';
import { DEFAULT_LEARNING_RATES, STANDARD_HPARAMS } from '../words/hparams';
import type { StandardHParam } from '../words/hparams';
import { PLANNER_VERSION } from '../driver/planner-version';
import type { ScheduleSpec } from '../words/schedule';
import type { BudgetSpec, PinnedDataset, ResolvedStudy, TrainingSpec } from '../words/study';
import type { HParams } from '../words/trial';
import { hparamsIn } from '../search/space';
import type { Space } from '../search/space';
import { standingHParams } from '../trials/trial-training';
import { draftOf, semanticProblems } from './checks';
import type { KnownNames } from './checks';
import { didYouMean } from './closest';
import { completeDataset, type DatasetSpec } from './dataset';
import { PARSE_OPTIONS, problemsOf } from './issues';
import { normalizeModel } from './model';
import type { Problem } from './problem';
import { orderWarnings } from './stage-order';
import { STAGES_MAX, parseStage, stageNamed, withInserted, withStageIds } from './stage-uses';
import type { ParsedStage } from './stage-uses';
import { directionOf, sections } from './study-schema';
import { completeTask } from './task';

/** A resolved study but for its data set, which is not packed and pinned yet. */
export interface ParsedStudy extends Omit<ResolvedStudy, 'dataset'> {
  readonly dataset: DatasetSpec;
}

export type ParseResult =
  | { readonly ok: true; readonly study: ParsedStudy; readonly warnings: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** A parsed study with its data set pinned by content. */
export function resolveParsed(parsed: ParsedStudy, pinned: PinnedDataset): ResolvedStudy {
  return { ...parsed, dataset: pinned };
}

type SectionName = keyof typeof sections;
type Sections = z.output<z.ZodObject<typeof sections>>;

/** Deeper than any study; YAML anchors can even make a value contain itself. */
const DEPTH_MAX = 32;

/**
 * The study with every default filled but the data set pinned, or all of its problems.
 *
 * @param input Plain data as YAML or JSON give it.
 * @param known Names that live outside the language, e.g. of model presets; a kind left out is not checked.
 */
export function parseStudy(input: unknown, known: KnownNames = {}): ParseResult {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    return {
      ok: false,
      problems: [{ path: '', rule: 'must be a mapping with name, dataset, model and stages', value: input }],
    };
  }
  if (isDeeperThan(input, DEPTH_MAX))
    return {
      ok: false,
      problems: [{ path: '', rule: `must not be nested deeper than ${DEPTH_MAX} levels`, value: undefined }],
    };
  const problems: Problem[] = [...unknownKeys(input)];
  const parsed = parseSections(input, problems);
  const stages = parseStages(input, problems);
  problems.push(...semanticProblems(draftOf(input, stages), known));
  if (problems.length > 0) return { ok: false, problems: inOrder(problems, input) };
  return { ok: true, study: complete(parsed as Sections, stages), warnings: orderWarnings(stages) };
}

function unknownKeys(input: object): readonly Problem[] {
  const known = [...Object.keys(sections), 'stages'];
  return Object.entries(input)
    .filter(([key]) => !known.includes(key))
    .map(([key, value]) => {
      const fix = didYouMean(key, known);
      return { path: key, rule: 'unknown key', value, ...(fix !== undefined && { fix }) };
    });
}

function parseSections(input: object, problems: Problem[]): Partial<Sections> {
  const parsed: Partial<Record<SectionName, unknown>> = {};
  for (const name of Object.keys(sections) as SectionName[]) {
    const value = Object.hasOwn(input, name) ? (input as Record<string, unknown>)[name] : undefined;
    const result = sections[name].safeParse(value, PARSE_OPTIONS);
    if (result.success) parsed[name] = result.data;
    else problems.push(...problemsOf(result.error.issues, input, [name]));
  }
  return parsed as Partial<Sections>;
}

function parseStages(input: object, problems: Problem[]): readonly ParsedStage[] {
  const list = z.array(z.unknown()).min(1).max(STAGES_MAX);
  const entries = list.safeParse(
    Object.hasOwn(input, 'stages') ? (input as { stages?: unknown }).stages : undefined,
    PARSE_OPTIONS,
  );
  if (!entries.success) {
    problems.push(...problemsOf(entries.error.issues, input, ['stages']));
    return [];
  }
  return entries.data.flatMap((entry, index) => parseStage(entry, index, input, problems) ?? []);
}

/**
 * In the order of the input's keys, so that people can walk down their file, one problem a place; what is missing comes
 * first.
 */
function inOrder(problems: readonly Problem[], input: object): readonly Problem[] {
  const keys = Object.keys(input);
  const place = ({ path }: Problem): number => keys.indexOf(path.split('.')[0] ?? '');
  return problems
    .filter(({ path }, index) => problems.findIndex((other) => other.path === path) === index)
    .filter((problem) => !isMisspeltElsewhere(problem, problems))
    .map((problem, index) => ({ problem, index }))
    .sort((a, b) => place(a.problem) - place(b.problem) || a.index - b.index)
    .map(({ problem }) => problem);
}

/** Something required is missing because it is there under a misspelt name: one mistake, one problem. */
function isMisspeltElsewhere({ path, value }: Problem, problems: readonly Problem[]): boolean {
  const name = path.split('.').at(-1) ?? '';
  const parent = path.slice(0, path.length - name.length);
  return (
    value === undefined &&
    problems.some(
      ({ path: other, fix }) =>
        other.startsWith(parent) && other !== path && fix?.startsWith(`did you mean "${name}"?`) === true,
    )
  );
}

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((entry) => isDeeperThan(entry, levels - 1));
}

function complete(parsed: Sections, stages: readonly ParsedStage[]): ParsedStudy {
  const { name, seed, reproducible, dataset, model, training, objective, budget } = parsed;
  const task = completeTask(parsed.task);
  const { checkpointEverySeconds, checkpointEverySteps } = parsed;
  return {
    apiVersion: 'stepwell/v1',
    plannerVersion: PLANNER_VERSION,
    name,
    seed,
    reproducible,
    dataset: completeDataset(dataset),
    model: normalizeModel(model),
    ...(task !== undefined && { task }),
    training: completeTraining(training, stages),
    objective: { metric: objective.metric, direction: directionOf(objective.metric) },
    budget: budget as BudgetSpec,
    checkpointEverySeconds,
    ...(checkpointEverySteps !== undefined && { checkpointEverySteps }),
    stages: withStageIds(withInserted(stages)),
  };
}

function completeTraining(
  {
    optimizer,
    schedule,
    epochs,
    batchSizeSchedule,
    weightAverage,
    earlyStopping,
    classWeights,
    sampler,
    hparams,
  }: Sections['training'],
  stages: readonly ParsedStage[],
): TrainingSpec {
  const searched = searchedNames(stages);
  const defaults = Object.fromEntries(
    Object.entries<StandardHParam>(STANDARD_HPARAMS)
      .filter(([name, { optional }]) => optional !== true || searched.has(name))
      .map(([name, hparam]) => [name, hparam.default]),
  );
  const given = Object.fromEntries(
    Object.entries(hparams).filter((entry): entry is [string, number | string | boolean] => entry[1] !== undefined),
  );
  const training = {
    optimizer,
    schedule: schedule satisfies ScheduleSpec,
    epochs,
    earlyStopping,
    ...(batchSizeSchedule !== undefined && { batchSizeSchedule: batchSizeSchedule as BatchSizeSchedule }),
  };
  return {
    ...training,
    ...(classWeights !== undefined && { classWeights }),
    ...(sampler === 'balanced' && { sampler }),
    hparams: {
      ...defaults,
      learningRate: DEFAULT_LEARNING_RATES[optimizer.name],
      ...(weightAverage !== undefined && hparamsOfAverage(weightAverage)),
      ...standingIn(searched, training),
      ...given,
    },
  };
}

/** Names that a stage gives values. */
function searchedNames(stages: readonly ParsedStage[]): ReadonlySet<string> {
  return new Set(
    stages.flatMap(({ stage, options }) => [
      ...hparamsIn((options['space'] ?? {}) as Space),
      ...(stageNamed(stage).alsoDecides?.(options) ?? []),
    ]),
  );
}

/** What the study's own training is, by those names that a space varies. */
function standingIn(searched: ReadonlySet<string>, training: Omit<TrainingSpec, 'hparams'>): HParams {
  return Object.fromEntries(Object.entries(standingHParams(training)).filter(([name]) => searched.has(name)));
}
