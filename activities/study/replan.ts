import { parseStudy } from '../../workflows/spec';
import type { ResolvedStudy, StageUse } from '../../workflows/words/study';
import { KNOWN_NAMES } from './known-names';
import type { StudyOpening } from './opening';

/**
 * The study for the planner that is here: what has been decided stays, and the options of the stages to come are filled
 * anew from what was asked, since another planner may have other defaults.
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
  return { ...study, plannerVersion, stages: [...done, ...toCome] };
}

/** Trials that were imported stay as they were read when the study began. */
function withImported(use: StageUse, before: StageUse | undefined): StageUse {
  const { imported } = (before?.options ?? {}) as { readonly imported?: unknown };
  return imported === undefined ? use : { ...use, options: { ...(use.options as object), imported } };
}
