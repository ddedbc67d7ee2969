/**
 * One line of a study's `stages`: the stage's name and its options, flat.
 *
 * @module
 */
import { z } from 'zod';
import { STAGES, stageIdOf } from '../stages';
import { STAGE_OPTIONS } from '../stages/options';
import type { Insertion, Stage } from '../stages/stage';
import type { OnlyIfMoved, StageUse } from '../words/study';
import { PARSE_OPTIONS, problemsOf } from './issues';
import type { Path, Problem } from './problem';

type StageOptionSchemas = typeof STAGE_OPTIONS;
export type StageName = keyof StageOptionSchemas;

/** What every stage takes besides its own options. */
const gate = z
  .literal('approve')
  .optional()
  .describe(
    'approve: before it begins, the study waits until somebody says stepwell approve; devices are free meanwhile.',
  );

const inserts = z
  .literal(false)
  .optional()
  .describe('false: no stage is put in after it. Else re-tests of the learning rate are, and what follows from them.');

const factor = () =>
  z.number().min(1).max(1e6).exactOptional().describe('Factor, up or down, that it must have moved by; 1 for at all.');

const onlyIfMoved = z
  .strictObject({ learningRate: factor(), batchSize: factor() })
  .refine((factors) => Object.keys(factors).length > 0, 'must name learningRate or batchSize')
  .optional()
  .describe(
    'The stage trains nothing, and what it last answered holds, unless one of these has moved by more than its factor since.',
  );

/** A stage as people write it; a misspelt option is a type error. */
export type StageUseInput = {
  [Name in StageName]: {
    readonly stage: Name;
    readonly gate?: z.output<typeof gate>;
    readonly onlyIfMoved?: OnlyIfMoved;
    readonly inserts?: false;
  } & z.input<StageOptionSchemas[Name]>;
}[StageName];

export const STAGE_NAMES = Object.keys(STAGE_OPTIONS) as readonly StageName[];

/** What a stage declares of itself. */
export function stageNamed(name: StageName): Stage {
  const stage = STAGES[name];
  if (stage === undefined) throw new RangeError(`stages/index.ts must have a line for ${name}, which has options`);
  return stage;
}

/** More stages than any study needs; each is a loop over trials. */
export const STAGES_MAX = 64;

/** The registry's schemas, each with its name in it: the one cast of the study language. */
const uses = STAGE_NAMES.map((name) =>
  (STAGE_OPTIONS[name] as z.ZodObject)
    .safeExtend({ stage: z.literal(name), gate, onlyIfMoved, inserts })
    .describe(descriptionOf(stageNamed(name))),
) as unknown as [z.ZodObject, ...z.ZodObject[]];

function descriptionOf({ question, aliasOf }: Stage): string {
  return `Answers ${question}${aliasOf === undefined ? '' : `: ${aliasOf} by another name`}.`;
}

export const stageUseSchema = z.discriminatedUnion('stage', uses);

export interface ParsedStage {
  readonly index: number;
  readonly stage: StageName;
  readonly options: Readonly<Record<string, unknown>>;
  readonly gate?: 'approve';
  readonly onlyIfMoved?: OnlyIfMoved;
  /** No stage is put in after it. */
  readonly inserts?: false;
}

/** One entry of `stages`, with its defaults. */
export function parseStage(
  entry: unknown,
  index: number,
  study: unknown,
  problems: Problem[],
): ParsedStage | undefined {
  const path: Path = ['stages', index];
  const parsed = stageUseSchema.safeParse(entry, PARSE_OPTIONS);
  if (!parsed.success) {
    problems.push(...problemsOf(parsed.error.issues, study, path));
    return undefined;
  }
  const { stage, gate: asked, onlyIfMoved: moved, inserts: following, ...options } = parsed.data;
  return {
    index,
    stage: stage as StageName,
    options,
    ...(asked === 'approve' && { gate: asked }),
    ...(moved !== undefined && { onlyIfMoved: moved as OnlyIfMoved }),
    ...(following === false && { inserts: following }),
  };
}

/** The stages with their ids, unique in the study. */
export function withStageIds(uses: readonly Omit<StageUse, 'stageId'>[]): readonly StageUse[] {
  const seen = new Map<string, number>();
  return uses.map((use) => {
    const occurrence = (seen.get(use.stage) ?? 0) + 1;
    seen.set(use.stage, occurrence);
    return { ...use, stageId: stageIdOf(use.stage, occurrence) };
  });
}

type Use = Omit<StageUse, 'stageId'>;

/** The stages as they run: with those that others put in after them, unless the next one decides the same. */
export function withInserted(stages: readonly ParsedStage[]): readonly Use[] {
  return stages.flatMap(({ index: _, inserts: asked, ...use }, i): readonly Use[] => {
    const { inserts: insertions = [] } = stageNamed(use.stage);
    const next = stages[i + 1];
    const decides = insertions[0] && stageNamed(insertions[0].stage as StageName).decides;
    if (asked === false || (next !== undefined && stageNamed(next.stage).decides === decides)) return [use];
    return [use, ...insertions.map((insertion) => insertedUse(use, insertion))];
  });
}

function insertedUse({ stage, options }: Use, { stage: inserted, onlyIfMoved: moved, because }: Insertion): Use {
  return {
    stage: inserted,
    options: inserted === stage ? options : STAGE_OPTIONS[inserted as StageName].parse({}),
    ...(moved !== undefined && { onlyIfMoved: moved }),
    inserted: because,
  };
}
