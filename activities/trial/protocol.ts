/**
 * What the worker and the trainer process say to each other over IPC. Small JSON only: bytes go through files.
 *
 * @module
 */
import type {
  ClassWeights,
  ModelSpec,
  Objective,
  OptimizerSpec,
  PinnedDataset,
  TaskSpec,
} from '../../workflows/words/study';
import type { Outcome } from '../../workflows/words/outcome';
import type { TrialSpec } from '../../workflows/words/trial';

/** Name of the global symbol under which a trainer has its TensorFlow for bundles of model modules that import it. */
export const HANDED_IN_TENSORFLOW = 'stepwell.tensorflow';

/** One training, as the trainer process gets it. */
export interface TrainJob {
  readonly trial: TrialSpec;
  readonly model: ModelSpec;
  readonly task?: TaskSpec;
  readonly optimizer: OptimizerSpec;
  readonly objective: Objective;
  readonly classWeights?: ClassWeights;
  readonly sampler?: 'balanced';
  readonly dataset: PinnedDataset;
  /** Local folder with the packed data set: `manifest.json` and its files, verified. */
  readonly datasetFolder: string;
  /** An empty local folder for checkpoints, the final weights and the exported model. */
  readonly scratchFolder: string;
  /** A checkpoint file to go on from. */
  readonly resumeFrom: string | null;
  readonly checkpointEverySeconds: number;
  readonly checkpointEverySteps?: number;
  /** Local file with the bundle of `model.module`, verified and named by its hash; `null` for other models. */
  readonly modelBundle: string | null;
  /**
   * Local file of the weights that the model starts from, verified; `null` where it starts from its seed, or goes on from a
   * checkpoint.
   */
  readonly initialWeights: string | null;
}

export type ToTrainer =
  | { readonly type: 'start'; readonly job: TrainJob }
  /** Write a checkpoint at the next step and end with `stopped`. */
  | { readonly type: 'stop' };

export interface CheckpointFile {
  readonly path: string;
  readonly step: number;
  readonly epoch: number;
  /** The best epoch so far ended here. */
  readonly best: boolean;
  readonly bytes: number;
  readonly sha256: string;
  readonly deviceSeconds: number;
}

export interface TrainReport {
  readonly outcome: Outcome;
  /** Safetensors file of the weights that count: the best epoch's, else the last. */
  readonly weightsPath: string | null;
  /** Folder with the exported model. */
  readonly modelFolder: string | null;
  readonly engine: string;
}

export type FromTrainer =
  | { readonly type: 'ready'; readonly engine: string; readonly device: string }
  | {
      readonly type: 'progress';
      readonly step: number;
      readonly stepsTotal: number;
      readonly epoch: number;
      readonly loss: number | null;
      readonly deviceSeconds: number;
    }
  | { readonly type: 'checkpoint'; readonly checkpoint: CheckpointFile }
  | { readonly type: 'finished'; readonly report: TrainReport }
  | { readonly type: 'stopped'; readonly step: number }
  | { readonly type: 'failed'; readonly failure: string; readonly message: string; readonly stack: string };
