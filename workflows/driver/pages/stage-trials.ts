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

/** The trials of one stage while the workflow runs. */
export class StageTrials {
  /**
   * In the order of their start; another array after each change. Without the stored ones until they are brought back;
   * empty once decided.
   */
  trials: readonly Trial[];
  stored: StoredTrials;
  visible: number;
  decision: Decision | undefined;
  /** Trainings so far, whatever became of them, and those that have ended, or paused; the segments of one are one. */
  trainings: number;
  trainingsEnded: number;
  private missing: number;
  private shownAtDecision: readonly TrialSummary[];
  private isAbandoned = false;

  constructor(
    private readonly stageId: string,
    private readonly objective: Objective,
    record?: Omit<StageRecord, 'stageId'>,
  ) {
    const { trials = [], summaries = [], visible = 0, decision, stored = NONE_STORED } = record ?? {};
    this.trials = trials;
    this.visible = visible;
    this.stored = stored;
    this.missing = decision === undefined ? stored.trials : 0;
    this.decision = decision;
    this.shownAtDecision = summaries;
    this.trainings =
      decision === undefined
        ? stored.trainings + trials.filter(isFirstSegment).length
        : (record?.trainings ?? trainingsIn(summaries));
    this.trainingsEnded =
      decision === undefined
        ? this.trainings - trials.filter((trial) => isFirstSegment(trial) && trial.result === undefined).length
        : this.trainings;
  }

  /** Whether stored trials must be brought back before the stage can be asked for anything. */
  get isIncomplete(): boolean {
    return this.missing > 0;
  }

  start(trial: Trial): void {
    this.trials = [...this.trials, trial];
    if (isFirstSegment(trial)) this.trainings += 1;
  }

  end(index: number, trial: Trial): void {
    this.trials = this.trials.with(index, trial);
    if (isFirstSegment(trial)) this.trainingsEnded += 1;
  }

  /** Trials that have not ended will not: somebody skipped the stage. */
  abandon(): void {
    this.isAbandoned = true;
    this.trainingsEnded = this.trainings;
  }

  decide(decision: Decision): void {
    this.shownAtDecision = this.shown().trials;
    this.decision = decision;
    // A later stage sees decisions only, and the store has the rest.
    this.trials = [];
  }

  /** The trials that may leave for the store next: those that have ended, up to the first that has not. */
  storable(): readonly Trial[] {
    const rest = this.unstored();
    const running = rest.findIndex(({ result }) => result === undefined);
    return running === -1 ? rest : rest.slice(0, running);
  }

  /** What `storable` gave is a further page now. */
  hasStored(trials: readonly Trial[]): void {
    const { stored } = this;
    this.stored = {
      pages: stored.pages + 1,
      trials: stored.trials + trials.length,
      trainings: stored.trainings + trials.filter(isFirstSegment).length,
    };
  }

  /** Takes the stored trials back into the state. */
  bringBack(stored: readonly Trial[]): void {
    this.trials = [...stored, ...this.trials];
    this.missing = 0;
  }

  shown(): ShownTrials {
    const trials =
      this.decision === undefined ? shownOf(this.summaries(this.trials), this.objective) : this.shownAtDecision;
    const trialsLeftOut = this.trainings - trainingsIn(trials);
    return { trials, ...(trialsLeftOut > 0 && { trialsLeftOut }) };
  }

  /** For a record on its way to the store: all trials that are not there, and how many pages are. */
  inRecord(): Pick<StageProgress, 'trials' | 'trialsLeftOut' | 'pages'> {
    const {
      decision,
      stored: { pages },
    } = this;
    return decision !== undefined
      ? this.shown()
      : { trials: this.summaries(this.unstored()), ...(pages > 0 && { pages }) };
  }

  record(): StageRecord {
    const { stageId, visible, decision, stored, trainings } = this;
    const summaries = decision === undefined ? [] : this.shownAtDecision;
    return {
      stageId,
      trials: this.unstored(),
      summaries,
      visible,
      ...(decision && { decision }),
      ...(stored.pages > 0 && { stored }),
      ...(decision !== undefined && trainings > trainingsIn(summaries) && { trainings }),
    };
  }

  private unstored(): readonly Trial[] {
    return this.trials.slice(this.stored.trials - this.missing);
  }

  private summaries(trials: readonly Trial[]): readonly TrialSummary[] {
    const summaries = trials.map((trial) => summarize(this.stageId, this.trials, trial, this.objective));
    return this.isAbandoned
      ? summaries.map((summary) => (summary.status === 'running' ? { ...summary, status: 'cancelled' } : summary))
      : summaries;
  }
}
