import type { StageProgress, TrialSummary } from '../../words/progress';
import { isFirstSegment, trainingsIn } from '../../trials/segments';
import type { Decision } from '../../stages/stage';
import type { Objective } from '../../words/study';
import type { Trial } from '../../words/trial';
import { shownOf, summarize } from './summary';

/** Leading trials of a stage that have left the workflow's state for the store. */
export interface StoredTrials {
  readonly pages: number;
  readonly trials: number;
  /** Those among them that are trainings, or first segments of one. */
  readonly trainings: number;
}

/** One stage of a study that has begun, as plain data for the next run of the workflow. */
export interface StageRecord {
  readonly stageId: string;
  /** Without those that are stored; empty once the stage has decided. */
  readonly trials: readonly Trial[];
  /** Of a stage that has decided, as far as they are shown; those of a running one follow from its trials. */
  readonly summaries: readonly TrialSummary[];
  /** How many leading trials a reproducible study has let the stage see. */
  readonly visible: number;
  readonly decision?: Decision;
  /** Absent while all trials are in the state. */
  readonly stored?: StoredTrials;
  /** Of a stage that has decided, where `summaries` has not all of them. */
  readonly trainings?: number;
}

/** What watchers see of a stage's trials. */
type ShownTrials = Pick<StageProgress, 'trials' | 'trialsLeftOut'>;

const NONE_STORED: StoredTrials = { pages: 0, trials: 0, trainings: 0 };

/** The trials of one stage while the workflow runs, as a value; `trials` is another array after each change of one. */
export interface StageTrials {
  readonly stageId: string;
  readonly objective: Objective;
  /** In the order of their start. Without the stored ones until they are brought back; empty once decided. */
  readonly trials: readonly Trial[];
  readonly stored: StoredTrials;
  /** Stored trials that are not in `trials`. */
  readonly missing: number;
  /** Number of leading trials whose results the stage may see, in a reproducible study. */
  readonly visible: number;
  readonly decision: Decision | undefined;
  /** Trainings so far, whatever became of them, and those that have ended, or paused; the segments of one are one. */
  readonly trainings: number;
  readonly trainingsEnded: number;
  /** Most trials of the stage, known once this run of the workflow has asked it. */
  readonly trialsPlanned: number;
  readonly shownAtDecision: readonly TrialSummary[];
  /** Trials that have not ended will not: somebody skipped the stage. */
  readonly isAbandoned: boolean;
}

/** A stage before its first trial, or as an earlier run of the workflow left it. */
export function stageTrials(stageId: string, objective: Objective, record: Partial<StageRecord> = {}): StageTrials {
  const { trials = [], summaries = [], visible = 0, decision, stored = NONE_STORED } = record;
  const isDecided = decision !== undefined;
  const trainings = isDecided
    ? (record.trainings ?? trainingsIn(summaries))
    : stored.trainings + trials.filter(isFirstSegment).length;
  const open = trials.filter((trial) => isFirstSegment(trial) && trial.result === undefined).length;
  return {
    stageId,
    objective,
    trials,
    stored,
    missing: isDecided ? 0 : stored.trials,
    visible,
    decision,
    trainings,
    trainingsEnded: isDecided ? trainings : trainings - open,
    trialsPlanned: 0,
    shownAtDecision: summaries,
    isAbandoned: false,
  };
}

export function startedTrial(stage: StageTrials, trial: Trial): StageTrials {
  const trainings = stage.trainings + (isFirstSegment(trial) ? 1 : 0);
  return { ...stage, trials: [...stage.trials, trial], trainings };
}

export function endedTrial(stage: StageTrials, index: number, trial: Trial): StageTrials {
  const trainingsEnded = stage.trainingsEnded + (isFirstSegment(trial) ? 1 : 0);
  return { ...stage, trials: stage.trials.with(index, trial), trainingsEnded };
}

/** A later stage sees decisions only, and the store has the trials. */
export function decidedStage(stage: StageTrials, decision: Decision): StageTrials {
  return { ...stage, trials: [], decision, shownAtDecision: shown(stage).trials };
}

/** The trials that may leave for the store next: those that have ended, up to the first that has not. */
export function storable(stage: StageTrials): readonly Trial[] {
  const rest = unstored(stage);
  const running = rest.findIndex(({ result }) => result === undefined);
  return running === -1 ? rest : rest.slice(0, running);
}

/** Trials that cannot leave for the store may ride along with the workflow's input up to this size. */
const HELD_BACK_CHARACTERS_MAX = 1_000_000;

/**
 * The last trial that has not ended and holds back more trials than the next run of the workflow can be given;
 * `undefined` if there is none.
 */
export function heldBackBy(stage: StageTrials): number | undefined {
  const { trials } = stage;
  const first = trials.findIndex(({ result }) => result === undefined);
  let characters = 0;
  for (let index = trials.length - 1; first !== -1 && index >= first; index--) {
    characters += JSON.stringify(trials[index]).length;
    if (characters > HELD_BACK_CHARACTERS_MAX && trials[index]!.result === undefined) return index;
  }
  return undefined;
}

/** What `storable` gave is a further page now. */
export function hasStored(stage: StageTrials, trials: readonly Trial[]): StageTrials {
  const stored: StoredTrials = {
    pages: stage.stored.pages + 1,
    trials: stage.stored.trials + trials.length,
    trainings: stage.stored.trainings + trials.filter(isFirstSegment).length,
  };
  return { ...stage, stored };
}

/** With the stored trials, without which a stage with some missing can be asked for nothing. */
export function broughtBack(stage: StageTrials, stored: readonly Trial[]): StageTrials {
  return { ...stage, trials: [...stored, ...stage.trials], missing: 0 };
}

export function shown(stage: StageTrials): ShownTrials {
  const trials =
    stage.decision === undefined ? shownOf(summaries(stage, stage.trials), stage.objective) : stage.shownAtDecision;
  const trialsLeftOut = stage.trainings - trainingsIn(trials);
  return { trials, ...(trialsLeftOut > 0 && { trialsLeftOut }) };
}

/** For a record on its way to the store: all trials that are not there, and how many pages are. */
export function inRecord(stage: StageTrials): Pick<StageProgress, 'trials' | 'trialsLeftOut' | 'pages'> {
  const { pages } = stage.stored;
  return stage.decision !== undefined
    ? shown(stage)
    : { trials: summaries(stage, unstored(stage)), ...(pages > 0 && { pages }) };
}

/** The stage for the next run of the workflow: all that does not follow from it. */
export function stageRecord(stage: StageTrials): StageRecord {
  const { stageId, visible, decision, stored, trainings } = stage;
  const kept = decision === undefined ? [] : stage.shownAtDecision;
  return {
    stageId,
    trials: unstored(stage),
    summaries: kept,
    visible,
    ...(decision && { decision }),
    ...(stored.pages > 0 && { stored }),
    ...(decision !== undefined && trainings > trainingsIn(kept) && { trainings }),
  };
}

function unstored({ trials, stored, missing }: StageTrials): readonly Trial[] {
  return trials.slice(stored.trials - missing);
}

function summaries(stage: StageTrials, trials: readonly Trial[]): readonly TrialSummary[] {
  const told = trials.map((trial) => summarize(stage.stageId, stage.trials, trial, stage.objective));
  return stage.isAbandoned
    ? told.map((summary) => (summary.status === 'running' ? { ...summary, status: 'cancelled' } : summary))
    : told;
}
