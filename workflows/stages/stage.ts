/**
 * What a stage is: two pure functions over the trials so far, and what it declares of itself. The driver
 * (`../driver/tune-study`) and the study language (`../spec`) know no stage by name.
 *
 * @module
 */
import type { PointsQuestion } from '../search/points-question';
import type { CurveRead } from '../search/pruners';
import type { TargetStatistics, ValidationMetric } from '../tasks';
import type { InsightsInput } from '../words/insights';
import type { StandardHParamName } from '../words/hparams';
import type { TrainingHParamName } from '../words/training-hparams';
import type { Objective, OnlyIfMoved, TaskSpec, TrainingSpec } from '../words/study';
import type { HParams, Trial, TrialSpec } from '../words/trial';

/** What a stage may know of the study around it. */
export interface StudyFacts {
  readonly trainExamples: number;
  readonly validationExamples: number;
  readonly testExamples: number;
  /** How many folds a sweep trains each point on, `validationExamples` each; absent: none. */
  readonly folds?: number;
  readonly classes: number;
  /** Validation loss of the best answer that does not look at the image, on the study's own split. */
  readonly chanceLoss: number;
  /** As in `PinnedDataset`. */
  readonly targets?: readonly TargetStatistics[];
  /** As in `ResolvedStudy`. */
  readonly task?: TaskSpec;
  /** As the study holds it at this point; of a trial with other hyperparameters: `trainingOf`. */
  readonly training: TrainingSpec;
  readonly objective: Objective;
  /** Names that the model reads as `{ hparam: name }`. */
  readonly modelHparams: readonly string[];
  /** Decisions must not rest on times measured in this run. */
  readonly reproducible: boolean;
}

export interface RemainingBudget {
  /** Infinity where the study sets no limit; what later stages have reserved is already taken off. */
  readonly deviceSeconds: number;
  readonly trials: number;
}

export interface StageContext<Options> {
  readonly stageId: string;
  readonly options: Options;
  /** The hyperparameters that the study holds at this point. */
  readonly incumbent: HParams;
  /** Every trial of this stage in the order of their start; running ones have no result yet. */
  readonly trials: readonly Trial[];
  /** Derived from the study's seed and the stage id. */
  readonly seed: number;
  readonly facts: StudyFacts;
  readonly remaining: RemainingBudget;
  /** Decisions of earlier stages, oldest first. */
  readonly decisions: readonly Decision[];
  /**
   * Hyperparameters that people asked to have tried, the oldest first, tried or not; only of a stage with
   * `refuseEnqueued`.
   */
  readonly enqueued?: readonly HParams[];
  /**
   * Who answers what takes a sampler long. Where the answer is not there yet it throws, and the stage is asked again
   * once it is. `null`: the search is over. Absent: the stage works it out itself.
   */
  readonly answers?: (index: number, question: () => PointsQuestion) => HParams | null;
}

/**
 * A line in a plot of a decision's evidence; or points, where a line between neighbours would say what nobody measured.
 */
export interface Series {
  readonly name: string;
  readonly drawnAs?: 'line' | 'points';
  readonly x: readonly number[];
  readonly y: readonly number[];
}

export interface Plot {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly xScale: 'linear' | 'log';
  readonly yScale: 'linear' | 'log';
  readonly series: readonly Series[];
  /** Vertical lines with a name, e.g. the suggestion rules. */
  readonly marks: readonly { readonly name: string; readonly x: number }[];
}

/** Horizontal bars from 0, each with a name. */
export interface BarChart {
  readonly title: string;
  readonly xLabel: string;
  readonly bars: readonly Bar[];
  /** A sentence for people, e.g. why there are no bars. */
  readonly note?: string;
}

export interface Bar {
  readonly name: string;
  /** At least 0. */
  readonly value: number;
  /** Where the value may lie as well. */
  readonly interval?: readonly [number, number];
  /** May be chance: drawn faint. */
  readonly isFaint?: boolean;
}

export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}

export interface Evidence {
  /** Trials that the decision rests on. */
  readonly trialIds: readonly string[];
  readonly plots: readonly Plot[];
  readonly bars?: readonly BarChart[];
  readonly tables: readonly Table[];
  /** Warnings for people, e.g. that the best value lies at the edge of the space. */
  readonly warnings: readonly string[];
}

export type Confidence = 'low' | 'medium' | 'high';

/** What a stage answers. */
export interface Decision {
  readonly stage: string;
  readonly stageId: string;
  /** The hyperparameters the study goes on with, complete. */
  readonly hparams: HParams;
  /** One sentence that can be checked against the trials. */
  readonly because: string;
  readonly confidence: Confidence;
  /** What keeps the confidence from being high, a few words each. */
  readonly doubts?: readonly string[];
  readonly evidence: Evidence;
  readonly alternatives: readonly { readonly hparams: HParams; readonly note: string }[];
  /** Ids of earlier stages whose answers no longer hold, for this one is another to the same question. */
  readonly supersedes?: readonly string[];
  /** The stage had nothing to do: an earlier answer holds, and no trial ran. */
  readonly hadNothingToDo?: true;
  /** The trial whose test evaluation and model are the study's result; only of a stage that trains for good. */
  readonly finalTrialId?: string;
  /** On its way to `recordDecision` only: what that adds insights from. Neither the state nor the store keeps it. */
  readonly insights?: InsightsInput;
  /** On its way to `recordDecision` only: the trials whose weights stay in the store; absent: all of the stage's. */
  readonly keepsWeightsOf?: readonly string[];
}

/** A use of a stage that another puts in; with its own options where it is the same stage again, else with none. */
export interface Insertion {
  readonly stage: string;
  readonly onlyIfMoved?: OnlyIfMoved;
  readonly because: string;
}

export interface Stage<Options = unknown> {
  /** As in the study file, e.g. `lrRangeTest`. */
  readonly name: string;
  /** The stage of which this is another name, with a question of its own. */
  readonly aliasOf?: string;
  /** The question it answers, for people, e.g. `which learning rate`. */
  readonly question: string;
  /** Share of a study's device time, in (0, 1], where it gives none; what is left over is for the stages after it. */
  readonly budgetShare: number;
  /** The hyperparameter that it measures and decides, whatever its options. */
  readonly decides?: StandardHParamName;
  /** Parts of the training that it decides on besides, by its options. */
  alsoDecides?(options: Options): readonly TrainingHParamName[];
  /** Its options have a `space`, and its trials are points of it: what other programs call a study. */
  readonly isSearch?: true;
  /** A value that it tests again: there must be one before it, by `training.hparams` or by another stage. */
  readonly mustFollow?: { readonly valueOf: StandardHParamName };
  /** What had better be decided before it: another order is a warning. */
  readonly shouldFollow?: { readonly decisionOn: StandardHParamName; readonly because: string };
  /** It ends the study: a stage after it is a mistake. */
  readonly mustBeLast?: true;
  /** The stages that go after it, put in unless the study has one there that decides what the first of them does. */
  readonly inserts?: readonly Insertion[];
  /** Runs whatever the budget says, which reserves for it: the final training. */
  readonly mustRun?: boolean;
  /**
   * Of a stage that may have thousands of trials: what it reads of the curve of one besides its best and last epoch.
   * Nothing else of most of them is kept.
   */
  curveReads?(context: Pick<StageContext<Options>, 'options' | 'facts'>, spec: TrialSpec): readonly CurveRead[];
  /** Of such a stage: what it reads of a best epoch besides the objective. */
  metricsRead?(context: Pick<StageContext<Options>, 'options'>): readonly ValidationMetric[];
  /**
   * The next trial to start now; `undefined` to wait for running ones or, with none running, to conclude. Pure.
   * Called again whenever a slot is free: there are no barriers but those a stage makes by waiting.
   */
  suggest(context: StageContext<Options>): TrialSpec | undefined;
  /** Called once, with no trial running. @throws StageInconclusive if no answer can be given. */
  decide(context: StageContext<Options>): Decision;
  /** Most trials and optimizer steps that the stage can take, for `plan` and for the budget. */
  estimate(context: StageContext<Options>): {
    readonly trials: number;
    readonly steps: number;
    readonly examples: number;
  };
  /**
   * Of a stage whose `suggest` takes from `enqueued`: why it cannot take this, in one sentence; `undefined` if it can.
   * Pure.
   */
  refuseEnqueued?(context: StageContext<Options>, hparams: HParams): string | undefined;
}

/** A stage has no answer: every trial failed, say. The study stops and the message says what to do. */
export class StageInconclusive extends Error {
  override readonly name = 'StageInconclusive';
}
