/**
 * A study's state on its way into the next run of its workflow. Temporal takes 2 MB of input, so trials of long stages
 * are in the store (`./pages`).
 *
 * @module
 */
import type { StudyFinal } from '../words/progress';
import type { Decision } from '../stages/stage';
import type { StudyControl } from './control/study-control';
import type { ResolvedStudy } from '../words/study';
import { stageRecord } from './pages/stage-trials';
import type { StageRecord } from './pages/stage-trials';
import type { StudyState } from './state';
import type { Receipt, Recoveries } from '../words/outcome';

/** Below Temporal's limit of 2 MiB by a margin for characters that take several bytes. */
const SNAPSHOT_CHARACTERS_MAX = 1_900_000;

export interface StudySnapshot {
  readonly study: ResolvedStudy;
  readonly stages: readonly StageRecord[];
  readonly recoveries: Recoveries;
  /** The newest. */
  readonly receipts: readonly Receipt[];
  readonly deviceSeconds: number;
  readonly examples: number;
  readonly final: StudyFinal | null;
  readonly engines: readonly string[];
  /** Absent where nobody has asked for anything. */
  readonly control?: StudyControl;
}

/** The study has more in its state than one workflow can carry on with. */
export class StudyTooLarge extends Error {
  override readonly name = 'StudyTooLarge';
}

/** What of a state the next run needs; the rest follows from it. @throws StudyTooLarge */
export function snapshotOf(state: StudyState): StudySnapshot {
  const { resolved: study, recoveries, receipts, deviceSeconds, examples, final, engines, control } = state;
  return fitting({
    study,
    stages: state.stages.map(stageRecord),
    recoveries,
    receipts,
    deviceSeconds,
    examples,
    final,
    engines,
    ...(control.changes.length > 0 && { control }),
  });
}

/**
 * The snapshot, if it fits into the input of a workflow. Trials leave for the store long before it does not.
 * @throws StudyTooLarge
 */
export function fitting(snapshot: StudySnapshot): StudySnapshot {
  const characters = JSON.stringify(snapshot).length;
  if (characters <= SNAPSHOT_CHARACTERS_MAX) return snapshot;
  const parts = Object.entries(snapshot)
    .map(([name, value]): [string, number] => [name, (JSON.stringify(value) as string | undefined)?.length ?? 0])
    .sort(([, a], [, b]) => b - a);
  throw new StudyTooLarge(
    `study state must have at most ${SNAPSHOT_CHARACTERS_MAX} characters, got ${characters}, most of them in ${parts[0]?.[0]}; split the study into several`,
  );
}

/**
 * Plots and tables are in the store; history and memory keep the answer and its reason.
 *
 * @param warnings As `recordDecision` answers them.
 */
export function withoutBulk(
  { insights: _, keepsWeightsOf: __, ...decision }: Decision,
  warnings = decision.evidence.warnings,
): Decision {
  return { ...decision, evidence: { ...decision.evidence, plots: [], bars: [], tables: [], warnings } };
}
