/**
 * Trains one job after another and keeps what the next one may use again: the data set and the engines.
 *
 * @module
 */
import { batchSizesOf } from '../../../workflows/trials/batch-growth';
import type { FromTrainer, TrainJob, TrainReport } from '../../trial/protocol';
import { type LoadedDataset, loadDataset } from '../examples/dataset';
import type { EngineCache } from '../tensorflow/engine-cache';
import { outOfMemoryPlace } from '../failures';
import { buildModel } from '../tensorflow/model';
import { native } from '../tensorflow/native';
import { resetPeakMemory } from '../peak-memory';
import { planStep } from '../tensorflow/step';
import { trialFacts } from './trial-facts';
import type { TrialMessage } from './trial-parts';
import { TrialRun } from './trial-run';

export interface TrainerOptions {
  readonly engines: EngineCache;
  readonly identity: string;
  readonly send: (message: TrialMessage) => void;
}

export class Trainer {
  private dataset: { readonly sha256: string; readonly loaded: LoadedDataset } | undefined;
  private stopping = false;

  constructor(private readonly options: TrainerOptions) {}

  /** Asks the running job, or the one about to run, for a checkpoint and an early end. */
  stop(): void {
    this.stopping = true;
  }

  /** Trains a job. Memory that runs out is an outcome; any other trouble is thrown. */
  async train(job: TrainJob): Promise<Extract<FromTrainer, { type: 'finished' | 'stopped' }>> {
    try {
      const end = await this.run(job);
      return 'stoppedAt' in end ? { type: 'stopped', step: end.stoppedAt } : { type: 'finished', report: end };
    } catch (error) {
      // What memory the engines hold, the next job may need.
      this.options.engines.close();
      const where = outOfMemoryPlace(error);
      if (where === null) throw error;
      const outcome = {
        status: 'outOfMemory',
        where,
        detail: error instanceof Error ? error.message : String(error),
      } as const;
      return {
        type: 'finished',
        report: { outcome, weightsPath: null, modelFolder: null, engine: this.options.identity },
      };
    } finally {
      this.stopping = false;
    }
  }

  private async run(job: TrainJob): Promise<TrainReport | { readonly stoppedAt: number }> {
    const { engines, identity, send } = this.options;
    resetPeakMemory();
    const dataset = this.load(job);
    const facts = trialFacts(job, dataset);
    const { shape, classes } = dataset.manifest;
    const {
      trial: { hparams, seed, record, batchGrowth },
      model: spec,
      modelFolder,
    } = job;
    const model = await buildModel({ spec, shape, classes, hparams, seed, modelFolder });
    try {
      const withNoise =
        record.noiseScaleEvery !== undefined || (batchGrowth !== undefined && 'noiseScale' in batchGrowth);
      const plan = planStep(model, classes, job.optimizer, hparams);
      const engine = engines.open({
        plan,
        dataset,
        datasetKey: job.dataset.sha256,
        batchSizes: batchSizesOf(facts.batchSize, batchGrowth),
        withNoise,
      });
      const onGpu = native().binding.isUsingGpuDevice();
      const run = new TrialRun({
        job,
        dataset,
        facts,
        model,
        plan,
        engine,
        identity,
        onGpu,
        send,
        stopRequested: () => this.stopping,
      });
      return await run.train();
    } finally {
      model.dispose();
    }
  }

  private load({ dataset: { sha256 }, datasetFolder }: TrainJob): LoadedDataset {
    if (this.dataset?.sha256 !== sha256) {
      this.dataset = undefined;
      this.dataset = { sha256, loaded: loadDataset(datasetFolder, this.options.engines.residentBytes) };
    }
    return this.dataset.loaded;
  }
}
