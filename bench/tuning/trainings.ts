/**
 * Trainings on the digits, or on another data set, by the real trainer process, without servers around it: both tuners pay for the same device
 * seconds.
 *
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureDataset } from '../../activities/datasets/packed/cache';
import { pinDataset } from '../../activities/datasets/packed/pin';
import { memoryStore } from '../../activities/storage/memory';
import { TrainerPool } from '../../activities/trial/trainer-pool';
import { formatProblems, parseStudy, resolveParsed } from '../../workflows/spec';
import type { ResolvedStudy } from '../../workflows/words/study';
import type { TrialResult } from '../../workflows/words/outcome';
import type { TrialSpec } from '../../workflows/words/trial';
import { trainingOf } from '../../workflows/trials/trial-training';

const DIGITS = path.resolve(__dirname, '../../examples/data/digits');
const TRAINER = path.resolve(__dirname, '../../activities/training/main.ts');

export class Trainings {
  /** Newest checkpoint of every training that paused, by the id of its latest segment. */
  private readonly paused = new Map<string, string>();

  private constructor(
    readonly study: ResolvedStudy,
    private readonly datasetFolder: string,
    private readonly folder: string,
    private readonly trainers: TrainerPool,
  ) {}

  /**
   * @param study As in a study file, but for its data set.
   * @param data Folder with the data set, as IDX files.
   * @throws RangeError if the study is not one.
   */
  static async open(study: object, threads: number, data = DIGITS): Promise<Trainings> {
    const folder = mkdtempSync(path.join(tmpdir(), 'stepwell-tuning-'));
    const dataset = { format: 'idx', uri: pathToFileURL(data).href, validationFraction: 0.2 } as const;
    const parsed = parseStudy({ apiVersion: 'stepwell/v1', kind: 'Study', dataset, ...study });
    if (!parsed.ok) throw new RangeError(formatProblems(parsed.problems));
    const store = memoryStore();
    const pinned = await pinDataset({ store, fileRoots: [data] }, dataset, parsed.study.seed, {
      onProgress: () => undefined,
    });
    const datasetFolder = await ensureDataset(store, pinned, folder);
    const environment = { CUDA_VISIBLE_DEVICES: '-1', STEPWELL_TRAINER_THREADS: String(threads) };
    return new Trainings(
      resolveParsed(parsed.study, pinned),
      datasetFolder,
      folder,
      new TrainerPool(1, () => ({ entry: TRAINER, environment })),
    );
  }

  /** Trains one trial, or one more segment of a training that paused. */
  async run(trial: TrialSpec): Promise<TrialResult> {
    const { model, objective, training, dataset } = this.study;
    const scratchFolder = mkdtempSync(path.join(this.folder, 'trial-'));
    const resumeFrom = trial.continues === undefined ? null : (this.paused.get(trial.continues) ?? null);
    const report = await this.trainers.use(trial.process, (trainer) =>
      trainer.train(
        {
          trial,
          model,
          optimizer: trainingOf(training, trial.hparams).optimizer,
          objective,
          dataset,
          datasetFolder: this.datasetFolder,
          scratchFolder,
          resumeFrom,
          checkpointEverySeconds: Number.MAX_SAFE_INTEGER,
          modelBundle: null,
          initialWeights: null,
        },
        {
          progress: () => undefined,
          checkpoint: ({ path: file }) => {
            this.paused.set(trial.trialId, file);
          },
        },
      ),
    );
    if (report === 'stopped') throw new Error(`training stopped by itself [trial=${trial.trialId}]`);
    const { outcome, engine } = report;
    return {
      trialId: trial.trialId,
      hash: '',
      outcome,
      weights: null,
      model: null,
      receipts: [],
      reused: false,
      worker: '',
      engine,
    };
  }

  async close(): Promise<void> {
    await this.trainers.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
