/**
 * Trains one job after another and keeps what the next one may use again: the data set and the engines.
 *
 * @module
 */
import type { FromTrainer, TrainJob, TrainReport } from '../../trial/protocol';
import type { TrainingEngine } from '../engine';
import { type LoadedDataset, loadDataset } from '../examples/dataset';
import { FAILURES } from '../../../workflows/words/contract';
import type { Outcome } from '../../../workflows/words/outcome';
import { failureOf, outOfMemoryPlace } from '../failures';
import { resetPeakMemory } from '../peak-memory';
import { trialFacts } from './trial-facts';
import type { TrialMessage } from './trial-parts';
import { TrialRun } from './trial-run';

export interface TrainerOptions {
  readonly engine: TrainingEngine;
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

  /** Trains a job. Memory that runs out, and no model at its hyperparameters, are outcomes; any trouble is thrown. */
  async train(job: TrainJob): Promise<Extract<FromTrainer, { type: 'finished' | 'stopped' }>> {
    try {
      const end = await this.run(job);
      return 'stoppedAt' in end ? { type: 'stopped', step: end.stoppedAt } : { type: 'finished', report: end };
    } catch (error) {
      // What memory the engine holds, the next job may need.
      this.options.engine.close();
      const outcome = findingOf(error);
      if (outcome === undefined) throw error;
      return {
        type: 'finished',
        report: { outcome, weightsPath: null, modelFolder: null, engine: this.options.engine.identity },
      };
    } finally {
      this.stopping = false;
    }
  }

  private async run(job: TrainJob): Promise<TrainReport | { readonly stoppedAt: number }> {
    const { engine, send } = this.options;
    resetPeakMemory();
    const dataset = this.load(job);
    const facts = trialFacts(job, dataset);
    const training = await engine.open(job, dataset);
    try {
      const { identity, onGpu } = engine;
      const stopRequested = (): boolean => this.stopping;
      const run = new TrialRun({ job, dataset, facts, training, identity, onGpu, send, stopRequested });
      return await run.train();
    } finally {
      training.close();
    }
  }

  private load({ dataset: { sha256 }, datasetFolder }: TrainJob): LoadedDataset {
    if (this.dataset?.sha256 !== sha256) {
      this.dataset = undefined;
      this.dataset = { sha256, loaded: loadDataset(datasetFolder, this.options.engine.residentBytes) };
    }
    return this.dataset.loaded;
  }
}

/** What an error says about the trial itself; `undefined` of one that says nothing about it. */
function findingOf(error: unknown): Outcome | undefined {
  const said = error instanceof Error ? error.message : String(error);
  // First: memory runs out while a model is built, too, and on another machine it may not.
  const where = outOfMemoryPlace(error);
  if (where !== null) return { status: 'outOfMemory', where, detail: said };
  return failureOf(error) === FAILURES.modelInvalid ? { status: 'invalid', reason: said } : undefined;
}
