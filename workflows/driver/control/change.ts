/**
 * What may be changed of a study while it runs: the updates of its workflow, what each takes, and the record of those
 * that were accepted.
 *
 * @module
 */
import type { HParams } from '../../words/trial';

/** Who asks, in words for the record, e.g. `ada@lab`. */
interface Asked {
  readonly by?: string;
}

/** What each update takes; its name is the name of the Temporal update. */
export interface ChangeInputs {
  /**
   * Running trials write a checkpoint and free their devices; nothing runs until `resume`, which may be weeks later.
   */
  readonly pause: Asked;
  readonly resume: Asked;
  /** Running trials write a checkpoint, the report is published, and the study ends. */
  readonly cancel: Asked;
  /** Opens the gate of a stage; without a stage, of the one that waits. */
  readonly approve: Asked & { readonly stageId?: string };
  /** Puts a configuration next into a stage that searches; what it does not name is as the study stands. */
  readonly enqueueTrial: Asked & { readonly stageId: string; readonly hparams: HParams };
  /** Ends a stage without its answer: its running trials are cancelled, and the study goes on as it stood. */
  readonly skipStage: Asked & { readonly stageId: string };
  readonly setParallelTrials: Asked & { readonly parallelTrials: number };
  /** Adds to what the study may spend. */
  readonly extendBudget: Asked & { readonly deviceMinutes?: number; readonly trials?: number };
}

export type ChangeName = keyof ChangeInputs;

/** A change that was accepted: an entry in the study's record, and the answer to the update. */
export interface StudyChange {
  readonly what: ChangeName;
  /** What it came to, for people, e.g. `2 -> 4 trials at a time`. */
  readonly detail: string;
  /** ISO time. */
  readonly at: string;
  readonly by?: string;
}
