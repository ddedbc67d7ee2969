/**
 * What a study begins with that does not begin from nothing.
 *
 * @module
 */
import type { Decision } from '../stages/stage';
import type { PinnedDataset } from './study';

/** Whose decisions a study took over, for whoever reads its result. */
export interface StudyOrigin {
  /** `recovered`: the same study, from the store, after Temporal had lost it. */
  readonly kind: 'rerun' | 'recovered';
  readonly studyId: string;
  /** Stages whose decisions were taken over. */
  readonly stageIds: readonly string[];
  /** Parts of the study that are not as they were when those stages decided, e.g. `training.epochs`. */
  readonly changed: readonly string[];
}

/** What a rerun takes over. */
export interface CarriedDecisions {
  readonly origin: StudyOrigin;
  /**
   * Of the leading stages, in their order; without plots and tables, which `resolveStudy` copies from store to store.
   */
  readonly decisions: readonly Decision[];
  /** The data set as the earlier study pinned it, where the rerun asks for the same one. */
  readonly dataset?: PinnedDataset;
}

/** What identifies a study's work in the store, beyond its name. */
export interface StudyRun {
  /** Of a study from its first start on: through every continue-as-new, and through recoveries. */
  readonly studyRun: string;
  /** Part of every trial's content address, where the study must not reuse what others trained. */
  readonly fresh?: string;
  /** Where its decisions come from, the oldest first; absent for a study that began from nothing. */
  readonly origins?: readonly StudyOrigin[];
}

/**
 * Plots and tables are in the store; history and memory keep the answer and its reason.
 *
 * @param warnings As `recordDecision` answers them.
 */
export function withoutBulk({ insights: _, ...decision }: Decision, warnings = decision.evidence.warnings): Decision {
  return { ...decision, evidence: { ...decision.evidence, plots: [], bars: [], tables: [], warnings } };
}
