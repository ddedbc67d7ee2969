/**
 * One line of a study's `stages`: the stage's name and its options, flat.
 *
 * @module
 */
import { z } from 'zod';
import { STAGE_OPTIONS } from '../stages/options';
import type { StageUse } from '../words/study';
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

/** A stage as people write it; a misspelt option is a type error. */
export type StageUseInput = {
  [Name in StageName]: { readonly stage: Name; readonly gate?: z.output<typeof gate> } & z.input<
    StageOptionSchemas[Name]
  >;
}[StageName];

export const STAGE_NAMES = Object.keys(STAGE_OPTIONS) as readonly StageName[];

/** More stages than any study needs; each is a loop over trials. */
export const STAGES_MAX = 64;

/** The registry's schemas, each with its name in it: the one cast of the study language. */
const uses = STAGE_NAMES.map((name) =>
  (STAGE_OPTIONS[name] as z.ZodObject).safeExtend({ stage: z.literal(name), gate }),
) as unknown as [z.ZodObject, ...z.ZodObject[]];

export const stageUseSchema = z.discriminatedUnion('stage', uses);

export interface ParsedStage {
  readonly index: number;
  readonly stage: StageName;
  readonly options: Readonly<Record<string, unknown>>;
  readonly gate?: 'approve';
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
  const { stage, gate: asked, ...options } = parsed.data;
  return { index, stage: stage as StageName, options, ...(asked === 'approve' && { gate: asked }) };
}

/** A stage's id is its name in kebab case; repeats are numbered from the second on, e.g. `regularization-sweep-2`. */
export function withStageIds(uses: readonly Omit<StageUse, 'stageId'>[]): readonly StageUse[] {
  const seen = new Map<string, number>();
  return uses.map((use) => {
    const base = use.stage.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    const count = (seen.get(base) ?? 0) + 1;
    seen.set(base, count);
    return { ...use, stageId: count === 1 ? base : `${base}-${count}` };
  });
}

/** Stages that measure a learning rate themselves: none need be put in before them. */
const LEARNING_RATE_STAGES: readonly string[] = ['lrRangeTest', 'lrRetest'];

/**
 * The stages as they run: an `lrRetest` follows every ladder that has none, because the ladder may move the batch size.
 */
export function withInserted(stages: readonly ParsedStage[]): readonly Omit<StageUse, 'stageId'>[] {
  return stages.flatMap(({ stage, options, gate: asked }, i): readonly Omit<StageUse, 'stageId'>[] => {
    const next = stages[i + 1]?.stage;
    const use = { stage, options, ...(asked !== undefined && { gate: asked }) };
    if (stage !== 'batchSizeLadder' || (next !== undefined && LEARNING_RATE_STAGES.includes(next))) return [use];
    const inserted = 'batchSizeLadder may change the batch size, and the best learning rate moves with it';
    return [use, { stage: 'lrRetest', options: STAGE_OPTIONS.lrRetest.parse({}), inserted }];
  });
}
