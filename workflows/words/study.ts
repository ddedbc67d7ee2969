/**
 * The resolved study: what a workflow and its history see. Every default is filled and the data set is pinned by its
 * content. `../spec` parses what people write into this. And what a study begins with that does not begin from nothing.
 *
 * @module
 */
import type { Decision } from '../stages/stage';
import type { TargetStatistics, ValidationMetric } from '../tasks';
import type { BatchSizeSchedule } from '../trials/batch-growth';
import type { ScheduleSpec } from './schedule';
import type { HParams, PrecheltRule } from './trial';
import type { ObjectRef } from './outcome';

export type OptimizerName = 'sgd' | 'momentum' | 'nesterov' | 'adam' | 'adamw' | 'rmsprop' | 'adagrad';

/** The optimizer's kind and its constants; the learning rate, momentum and weight decay are hyperparameters. */
export interface OptimizerSpec {
  readonly name: OptimizerName;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
  /** RMSprop's decay of the squared-gradient average. */
  readonly rho?: number;
  readonly initialAccumulator?: number;
}

/** A tfjs layer config; any number in it may be `{ hparam: name }`. */
export interface LayerSpec {
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** Where a study reads a hyperparameter. */
export interface HParamReference {
  readonly hparam: string;
}

/** The network itself. */
type Architecture =
  | { readonly preset: string }
  | { readonly layers: readonly LayerSpec[] }
  /**
   * Path of a module below the model folder of the operator's; its default export is `(context) => tf.LayersModel` on
   * logits. `bundle`, put in by `resolveStudy`, is what trains: the module with all that it imports.
   */
  | { readonly module: string; readonly bundle?: ObjectRef };

export type ModelSpec = Architecture & {
  /**
   * Names of layers that are not trained, in which `*` stands for any characters; or a hyperparameter that holds such
   * names with commas between, or `false`. A frozen batch normalization answers by its moving statistics.
   */
  readonly freeze?: readonly (string | HParamReference)[];
  /** What the weights start from; absent: drawn from the trial's seed. */
  readonly initialWeights?: InitialWeights;
};

/** Weights of an earlier training, or of another program, that a model starts from, layer by layer by their names. */
export interface InitialWeights {
  /** An earlier study in the same store: its final model, or the trial that `trial` names. */
  readonly study?: string;
  /** Id of a trial of that study, e.g. `final-train/001`. */
  readonly trial?: string;
  /** A safetensors file, `file:///…` or `s3://…`. */
  readonly file?: string;
  /** Layers that start anew, by name; `*` stands for any characters. */
  readonly exclude: readonly string[];
  /** Whether weights that are not there may start anew, too. */
  readonly allowMissing: boolean;
  /** What is loaded, by content; put in by `resolveStudy`. */
  readonly weights?: ObjectRef;
}

/** A data set packed in the store, by content. */
/** Of images of other proportions than an example's: cut, with bars, or distorted. */
export const IMAGE_FITS = ['cover', 'contain', 'stretch'] as const;

export type ImageFit = (typeof IMAGE_FITS)[number];

export interface PinnedDataset {
  /** Content hash of the packed form; the store keeps it below `datasets/<sha256>/`. */
  readonly sha256: string;
  readonly manifest: ObjectRef;
  /** Where it came from, for people. */
  /** `fit`: how images of other proportions became examples, where examples are made from image files. */
  readonly source: { readonly format: string; readonly uri: string; readonly fit?: ImageFit };
  /** Height, width and channels of an image. */
  readonly shape: readonly [number, number, number];
  /** Or, where images have numbers, how many: as many as a model has outputs. */
  readonly classes: number;
  /** Of the validation examples, by class; only where images have classes. */
  readonly validationLabels?: readonly number[];
  /** Only where images have labels or numbers. */
  readonly targets?: readonly TargetStatistics[];
  readonly split: {
    readonly seed: number;
    readonly trainExamples: number;
    readonly validationExamples: number;
    readonly testExamples: number;
    /** Where the test examples come from: the data set's own test part, or held out of its training part. */
    readonly testFrom: 'test' | 'train';
    /** Parts of the examples that do not test, each of which validates in turn; absent: one validates. */
    readonly folds?: number;
    /** The validation examples are the data set's own, at the end of the packed training part; absent: drawn from it. */
    readonly validationFrom?: 'end';
  };
}

export type EarlyStopping =
  | {
      readonly rule?: 'patience';
      /** Epochs without improvement. */
      readonly patience: number;
      readonly minDelta: number;
    }
  | PrecheltRule;

/** Weights in the loss by the name of a class; 1 for those not named. */
export type ClassWeights = 'balanced' | Readonly<Record<string, number>>;

export interface TrainingSpec {
  readonly optimizer: OptimizerSpec;
  readonly schedule: ScheduleSpec;
  readonly epochs: number;
  /** Absent: batches keep their size. */
  readonly batchSizeSchedule?: BatchSizeSchedule;
  readonly earlyStopping: EarlyStopping | null;
  /** Absent: every example counts the same. */
  readonly classWeights?: ClassWeights;
  /** `balanced`: every class comes equally often; absent: every example once a pass. */
  readonly sampler?: 'balanced';
  /** Where the study starts: every standard hyperparameter with its value. */
  readonly hparams: HParams;
}

/** On average over the targets; `delta` is the error from which a Huber loss grows in proportion, in units of the targets. */
export type RegressionLoss = { readonly loss: 'mse' | 'mae' } | { readonly loss: 'huber'; readonly delta: number };

/** What is learnt of an image where it is not one of several classes. */
export type TaskSpec = { readonly name: 'multiLabel' } | ({ readonly name: 'regression' } & RegressionLoss);

export interface Objective {
  readonly metric: ValidationMetric;
  readonly direction: 'minimize' | 'maximize';
}

export interface BudgetSpec {
  /** `null` for no limit. */
  readonly deviceMinutes: number | null;
  readonly maxTrials: number | null;
  readonly parallelTrials: number;
  /** Shares of the device time by the name of a stage; the others have what they declare. */
  readonly stageShares?: Readonly<Record<string, number>>;
}

/** By how much of a factor, up or down, a hyperparameter must have moved; 1 for at all. */
export interface OnlyIfMoved {
  readonly learningRate?: number;
  /** `batchGrowth` counts as a part of it, and moves where it changes. */
  readonly batchSize?: number;
}

/**
 * One use of a stage. `options` are parsed by that stage's own schema; `stageId` is unique in the study, e.g.
 * `regularization-sweep-2`.
 */
export interface StageUse {
  readonly stage: string;
  readonly stageId: string;
  readonly options: unknown;
  /** What must happen before it begins: somebody approves. */
  readonly gate?: 'approve';
  /** It trains nothing unless one of these has moved by more than its factor since the stage answered last. */
  readonly onlyIfMoved?: OnlyIfMoved;
  /** Put in by `resolveStudy`, not written by the user. */
  readonly inserted?: string;
}

/** A study passes to another planner between two stages only. */
export interface PlannerHandover {
  /** The first stage that the later planner has. */
  readonly stageId: string;
  readonly plannerVersion: number;
  /** Of the planner that had the stages before. */
  readonly before: number;
}

export interface ResolvedStudy {
  readonly apiVersion: 'stepwell/v1';
  /** Of the maths that decides, as in `PLANNER_VERSION`: of the stage that runs, or of the next one. */
  readonly plannerVersion: number;
  /** Where it passed from one to another, the earliest first; absent: nowhere. */
  readonly handovers?: readonly PlannerHandover[];
  readonly name: string;
  readonly seed: number;
  readonly reproducible: boolean;
  readonly dataset: PinnedDataset;
  readonly model: ModelSpec;
  /** Absent: classification. */
  readonly task?: TaskSpec;
  readonly training: TrainingSpec;
  readonly objective: Objective;
  readonly budget: BudgetSpec;
  /** Of training, between checkpoints; a kill loses little more than these. */
  readonly checkpointEverySeconds: number;
  /** Also a checkpoint at multiples of so many optimizer steps. */
  readonly checkpointEverySteps?: number;
  readonly stages: readonly StageUse[];
}

/** What of a study another planner makes anew. */
export type StagesPlan = Pick<ResolvedStudy, 'plannerVersion' | 'stages' | 'handovers'>;

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
  /** The run of that study that decided. */
  readonly studyRun: string;
  /**
   * Of the leading stages, in their order; without plots and tables, which `resolveStudy` copies from store to store.
   */
  readonly decisions: readonly Decision[];
  /** The data set as the earlier study pinned it, where the rerun asks for the same one. */
  readonly dataset?: PinnedDataset;
  /** The model likewise: a module as it was bundled then. */
  readonly model?: ModelSpec;
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
