import { parseStudy } from '../../workflows/spec';
import type { PlannerHandover, ResolvedStudy, StageUse } from '../../workflows/words/study';
import { KNOWN_NAMES } from './known-names';
import type { StudyOpening } from './opening';

/**
 * The study for the planner that is here: what has been decided stays, and the options of the stages to come are filled
 * anew from what was asked. Another planner may have other defaults, and options that the one before did not fill.
 *
 * @returns The reason why it cannot be, in place of the study: what was asked is no longer valid.
 */
export function replanned(
  { asked, study }: Pick<StudyOpening, 'asked' | 'study'>,
  decided: number,
): ResolvedStudy | string {
  const parsed = parseStudy(asked, KNOWN_NAMES);
  if (!parsed.ok) return parsed.problems.map(({ path, rule }) => `${path} ${rule}`).join('; ');
  const { plannerVersion, stages } = parsed.study;
  const done = study.stages.slice(0, decided);
  const moved = done.find(({ stageId }, i) => stages[i]?.stageId !== stageId);
  if (moved !== undefined) return `${moved.stageId}, which has decided, is no longer where it was among the stages`;
  const before = new Map(study.stages.map((use) => [use.stageId, use]));
  const toCome = stages.slice(decided).map((use) => withImported(use, before.get(use.stageId)));
  const handovers = handedOver(study, plannerVersion, done.length === 0 ? undefined : toCome[0]?.stageId);
  const { handovers: _, ...kept } = study;
  return { ...kept, plannerVersion, stages: [...done, ...toCome], ...(handovers.length > 0 && { handovers }) };
}

/** One that was noted before the same stage, which has not begun since, is overtaken. */
function handedOver(
  { plannerVersion: latest, handovers = [] }: ResolvedStudy,
  plannerVersion: number,
  stageId: string | undefined,
): readonly PlannerHandover[] {
  if (stageId === undefined) return handovers;
  const overtaken = handovers.find((handover) => handover.stageId === stageId);
  const before = overtaken?.before ?? latest;
  const kept = handovers.filter((handover) => handover !== overtaken);
  return before === plannerVersion ? kept : [...kept, { stageId, plannerVersion, before }];
}

/** Trials that were imported stay as they were read when the study began. */
function withImported(use: StageUse, before: StageUse | undefined): StageUse {
  const { imported } = (before?.options ?? {}) as { readonly imported?: unknown };
  return imported === undefined ? use : { ...use, options: { ...(use.options as object), imported } };
}
