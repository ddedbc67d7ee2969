import type { HParams } from '../../words/trial';
import type { StudyChange } from './change';

/** A configuration that somebody asked for. */
export interface EnqueuedTrial {
  readonly stageId: string;
  readonly hparams: HParams;
}

/** What people have asked of a study so far, as plain data for the next run of its workflow. */
export interface ControlSnapshot {
  readonly paused: boolean;
  readonly approved: readonly string[];
  readonly skipped: readonly string[];
  readonly enqueued: readonly EnqueuedTrial[];
  readonly changes: readonly StudyChange[];
}

/**
 * What people have asked of a study so far; the updates write it, the driver looks at it whenever `revision` has grown.
 */
export class StudyControl {
  paused: boolean;
  /** By an update; a cancellation by Temporal itself needs no word here. */
  cancelled = false;
  /** Ids of stages whose gates are open. */
  readonly approved: Set<string>;
  readonly skipped: Set<string>;
  readonly enqueued: EnqueuedTrial[];
  readonly changes: StudyChange[];

  constructor(snapshot?: ControlSnapshot) {
    this.paused = snapshot?.paused ?? false;
    this.approved = new Set(snapshot?.approved);
    this.skipped = new Set(snapshot?.skipped);
    this.enqueued = [...(snapshot?.enqueued ?? [])];
    this.changes = [...(snapshot?.changes ?? [])];
  }

  /** Grows with every change. */
  get revision(): number {
    return this.changes.length;
  }

  enqueuedFor(stageId: string): readonly HParams[] {
    return this.enqueued.filter((trial) => trial.stageId === stageId).map(({ hparams }) => hparams);
  }

  snapshot(): ControlSnapshot {
    const { paused, approved, skipped, enqueued, changes } = this;
    return { paused, approved: [...approved], skipped: [...skipped], enqueued, changes };
  }
}
