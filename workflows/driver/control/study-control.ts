import type { HParams } from '../../words/trial';
import type { StudyChange } from './change';

/** A configuration that somebody asked for. */
export interface EnqueuedTrial {
  readonly stageId: string;
  readonly hparams: HParams;
}

/** What people have asked of a study so far; every change adds to `changes`. */
export interface StudyControl {
  readonly paused: boolean;
  /** Ids of stages whose gates are open. */
  readonly approved: readonly string[];
  readonly skipped: readonly string[];
  readonly enqueued: readonly EnqueuedTrial[];
  readonly changes: readonly StudyChange[];
}

export const NOTHING_ASKED: StudyControl = { paused: false, approved: [], skipped: [], enqueued: [], changes: [] };
