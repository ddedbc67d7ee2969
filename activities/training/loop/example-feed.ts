import { examplesAfter, phaseAt } from '../../../workflows/trials/length';
import type { DataOrder } from './data-order';
import type { StepEngine } from '../engine';
import type { TrialFacts } from './trial-facts';

/** One batch to be there when a step ends, one more for a disk that is slow for once. */
const STEPS_AHEAD = 2;

/** Which examples each step trains on, told ahead to an engine that reads them from the disk. */
export class ExampleFeed {
  constructor(
    private readonly order: DataOrder,
    private readonly engine: StepEngine,
  ) {}

  /** The examples of the step that follows `step` others. */
  batch(step: number, { phases }: TrialFacts): Int32Array {
    return this.order.batch(examplesAfter(phases, step), phaseAt(phases, step).batchSize);
  }

  /** What the steps after this one will ask for. Growth by noise may turn out otherwise. */
  announce(step: number, facts: TrialFacts): void {
    const { ahead } = this.engine;
    for (let next = step + 1; ahead !== undefined && next <= step + STEPS_AHEAD && next < facts.stepsTotal; next++)
      ahead.step(this.batch(next, facts));
  }
}
