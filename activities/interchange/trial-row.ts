/**
 * Trials as they come in from files and go out to them, whatever the format.
 *
 * @module
 */
import type { Scalar, Space } from '../../workflows/search/space';
import type { ValidationMetric } from '../../workflows/tasks';
import type { Objective } from '../../workflows/words/study';
import type { TrialSummary } from '../../workflows/words/progress';

/** A trial of a study of ours on its way out. */
export type ExportedTrial = TrialSummary;

/** A search over a space: what Optuna calls a study. */
export interface ExportedSweep {
  readonly stageId: string;
  readonly space: Space;
}

export interface ExportedStudy {
  readonly studyId: string;
  readonly objective: Objective;
  /** Every trial of every stage, in the order of the stages and of their start. */
  readonly trials: readonly ExportedTrial[];
  readonly sweeps: readonly ExportedSweep[];
}

/** A value as a file holds it; texts may stand for numbers, as in CSV. */
export type ForeignValue = Scalar | null;

/** A trial from a file, before anybody asked whether it fits a space. */
export interface ForeignTrial {
  readonly hparams: Readonly<Record<string, ForeignValue>>;
  /** `null` for one that is known to be bad: it diverged, or a pruner ended it. */
  readonly score: number | null;
}

export interface ForeignTrials {
  readonly trials: readonly ForeignTrial[];
  /** In which direction the scores get better; `undefined` where the file does not say. */
  readonly direction?: Objective['direction'];
  /** The column or the metric that the scores are; `undefined` where the file does not say. */
  readonly scoredBy?: string;
  /** Columns that might have been taken for the scores as well. */
  readonly passedOver?: readonly string[];
  /** Trials that say nothing, counted by the reason, e.g. `not ended`. */
  readonly leftOut: ReadonlyMap<string, number>;
}

export interface ReadOptions {
  /** The study in a file of several. */
  readonly study?: string | undefined;
  /** The column that holds the score. */
  readonly score?: string | undefined;
  /** What the study goes by: its column is the first choice where none is named. */
  readonly metric?: ValidationMetric | undefined;
}

/** A format of trials: one file here and one line in `./formats`. */
export interface TrialFormat {
  /** Of a file's name, with its dot. */
  readonly extension: string;
  /** @throws TrialsUnreadable if the bytes are not of this format, or hold no trials of the kind that is asked for. */
  read(bytes: Uint8Array, options: ReadOptions): Promise<ForeignTrials>;
  write(study: ExportedStudy): Promise<Uint8Array>;
}

/** A file of trials is not what its format asks for; a person must mend it. */
export class TrialsUnreadable extends Error {
  override readonly name = 'TrialsUnreadable';
}
