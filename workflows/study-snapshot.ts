/**
 * A study's state on its way into the next run of its workflow. Temporal takes 2 MB of input, so what no stage will read again stays behind.
 *
 * @module
 */
import type { StudyFinal, TrialSummary } from './contract';
import type { Decision } from './stages/stage';
import type { ResolvedStudy } from './study';
import type { Receipt, Trial } from './trial';

/** Curves of a running stage stay while its trials fit into this: only a long sweep has more, and a sweep reads best epochs. */
const TRIALS_CHARACTERS_MAX = 400_000;

/** Below Temporal's limit of 2 MiB by a margin for characters that take several bytes. */
const SNAPSHOT_CHARACTERS_MAX = 1_900_000;

/** One stage of a study that has begun. */
export interface StageRecord {
  readonly stageId: string;
  /** Empty once the stage has decided. */
  readonly trials: readonly Trial[];
  /** Of a stage that has decided; those of a running one follow from its trials. */
  readonly summaries: readonly TrialSummary[];
  /** How many leading trials a reproducible study has let the stage see. */
  readonly visible: number;
  readonly decision?: Decision;
}

export interface StudySnapshot {
  readonly study: ResolvedStudy;
  readonly stages: readonly StageRecord[];
  readonly receipts: readonly Receipt[];
  readonly deviceSeconds: number;
  readonly examples: number;
  readonly final: StudyFinal | null;
  readonly engines: readonly string[];
}

/** The study has more trials than one workflow can carry on with. */
export class StudyTooLarge extends Error {
  override readonly name = 'StudyTooLarge';
}

/** The snapshot without what is not needed any more. @throws StudyTooLarge if that is not enough. */
export function compacted(snapshot: StudySnapshot): StudySnapshot {
  const compact = { ...snapshot, stages: snapshot.stages.map(compactedStage) };
  const characters = JSON.stringify(compact).length;
  if (characters <= SNAPSHOT_CHARACTERS_MAX) return compact;
  const trials = snapshot.stages.reduce((sum, stage) => sum + Math.max(stage.trials.length, stage.summaries.length), 0);
  throw new StudyTooLarge(`study state must have at most ${SNAPSHOT_CHARACTERS_MAX} characters, got ${characters} after ${trials} trials; split the study into several`);
}

function compactedStage(stage: StageRecord): StageRecord {
  if (stage.decision !== undefined) return stage;
  const large = JSON.stringify(stage.trials).length > TRIALS_CHARACTERS_MAX;
  return { ...stage, summaries: [], trials: large ? stage.trials.map(withoutCurves) : stage.trials };
}

function withoutCurves({ spec, result }: Trial): Trial {
  if (result === undefined || result.outcome.status === 'outOfMemory') return { spec, ...(result && { result }) };
  const { outcome } = result;
  return { spec, result: { ...result, outcome: { ...outcome, measurement: { ...outcome.measurement, curve: [], stepLosses: [] } } } };
}
