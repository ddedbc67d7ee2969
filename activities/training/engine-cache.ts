/**
 * Engines kept for the trials to come: compiling one takes longer than many a trial of a sweep.
 *
 * @module
 */
import { createCompiledEngine } from './compiled/compiled-engine';
import type { LoadedDataset } from './data';
import type { StepPlan } from './step';
import type { StepEngine } from './step-engine';

/** Each holds the data set and a set of weights; a sweep over the batch size goes back and forth between a few. */
const ENGINES_MAX = 4;

export interface OpenEngine {
  readonly plan: StepPlan;
  readonly dataset: LoadedDataset;
  /** Content hash of the data set. */
  readonly datasetKey: string;
  readonly batchSize: number;
}

export class EngineCache {
  /** Least recently used first. */
  private readonly engines = new Map<string, StepEngine>();

  /** An engine for this plan; it belongs to the cache, and its state to the last who loaded one. */
  open({ plan, dataset, datasetKey, batchSize }: OpenEngine): StepEngine {
    const { model, optimizer, augmentations, active, scalarNames } = plan;
    const key = JSON.stringify([model.structure, optimizer.name, augmentations, active, scalarNames, datasetKey, batchSize]);
    const engine = this.engines.get(key) ?? this.create({ plan, dataset, datasetKey, batchSize });
    this.engines.delete(key);
    this.engines.set(key, engine);
    return engine;
  }

  /** Frees every engine. */
  close(): void {
    this.engines.forEach((engine) => engine.dispose());
    this.engines.clear();
  }

  private create({ plan, dataset, batchSize }: OpenEngine): StepEngine {
    for (const [key, engine] of this.engines) {
      if (this.engines.size < ENGINES_MAX) break;
      engine.dispose();
      this.engines.delete(key);
    }
    return createCompiledEngine({ plan, parts: dataset, batchSize });
  }
}
