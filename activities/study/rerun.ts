/**
 * A study again from one of its stages on, with what somebody changes of it.
 *
 * @module
 */
import { parseStudy } from '../../workflows/spec';
import type { KnownNames, ParsedStudy, Problem } from '../../workflows/spec';
import { withoutBulk } from '../../workflows/driver/snapshot';
import type { CarriedDecisions } from '../../workflows/words/study';
import { canonicalJson } from '../content-hash';
import { withSettings } from './settings';
import type { Setting } from './settings';
import type { StoredStudy } from './stored-study';

export interface RerunRequest {
  /** Stage id, or name of a stage, to begin with. */
  readonly from: string;
  readonly settings: readonly Setting[];
  /** Name of the new study. */
  readonly name: string;
}

export type RerunPlan =
  | { readonly ok: true; readonly input: unknown; readonly parsed: ParsedStudy; readonly carried: CarriedDecisions }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Sections on which decisions rest; the name and the budget say nothing about them. */
const SECTIONS = ['seed', 'reproducible', 'dataset', 'model', 'training', 'objective'] as const;

/** The new study and what it takes over, or everything that is wrong with the request at once. Pure. */
export function planRerun(
  { opening, decided }: StoredStudy,
  { from, settings, name }: RerunRequest,
  known: KnownNames,
): RerunPlan {
  const changed = withSettings({ ...(opening.asked as object), name }, settings);
  const result = parseStudy(changed.value, known);
  if (!result.ok || changed.problems.length > 0)
    return { ok: false, problems: [...changed.problems, ...(result.ok ? [] : result.problems)] };
  const { study: parsed } = result;
  const at = parsed.stages.findIndex(({ stageId, stage }) => stageId === from || stage === from);
  if (at === -1) {
    const rule = `must be a stage of the study: one of ${parsed.stages.map(({ stageId }) => stageId).join(', ')}`;
    return { ok: false, problems: [{ path: '--from', rule, value: from }] };
  }
  const problems = parsed.stages
    .slice(0, at)
    .flatMap((use, i): readonly Problem[] => {
      const [before, record] = [opening.study.stages[i], decided[i]];
      if (before?.stageId !== use.stageId || canonicalJson(before.options) !== canonicalJson(use.options)) {
        return [
          {
            // Paths are those of the file, where inserted stages are not.
            path: `stages.${parsed.stages.slice(0, i + 1).filter(({ inserted }) => inserted === undefined).length - 1}`,
            rule: `must stay as study ${opening.studyId} decided it, since the rerun begins after it`,
            value: use,
            fix: `rerun with --from ${use.stageId}`,
          },
        ];
      }
      if (record !== undefined) return [];
      return [
        {
          path: '--from',
          rule: `must not be after ${use.stageId}, which study ${opening.studyId} has not decided`,
          value: from,
          fix: `rerun with --from ${use.stageId}`,
        },
      ];
    })
    .slice(0, 1);
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, input: changed.value, parsed, carried: carriedOf({ opening, decided }, parsed, at, known) };
}

function carriedOf(
  { opening, decided }: Pick<StoredStudy, 'opening' | 'decided'>,
  parsed: ParsedStudy,
  at: number,
  known: KnownNames,
): CarriedDecisions {
  const { studyId, studyRun, study } = opening;
  const before = parseStudy(opening.asked, known);
  const old: Readonly<Record<string, unknown>> = before.ok ? { ...before.study } : { ...study };
  const changed = SECTIONS.flatMap((section) => differences(section, old[section], parsed[section]));
  const decisions = decided.slice(0, at).map(({ decision }) => withoutBulk(decision));
  const origin = { kind: 'rerun', studyId, stageIds: decisions.map(({ stageId }) => stageId), changed } as const;
  const sameData = !changed.some((path) => path === 'seed' || path.startsWith('dataset'));
  const sameModel = !changed.some((path) => path.startsWith('model'));
  return {
    origin,
    studyRun,
    decisions,
    ...(sameData && { dataset: study.dataset }),
    ...(sameModel && { model: study.model }),
  };
}

/** Paths at which two values differ. */
function differences(path: string, before: unknown, after: unknown): readonly string[] {
  if (canonicalJson(before) === canonicalJson(after)) return [];
  if (!isMapping(before) || !isMapping(after)) return [path];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key) => differences(`${path}.${key}`, before[key], after[key]));
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
