/**
 * How long a training is, in optimizer steps. Batches are cut from an endless stream of shuffled passes, so every batch
 * is full and every example is seen equally often; an epoch ends with the first step that completes a pass. Where
 * batches grow, the stream is cut at the same place by larger ones: nothing of this changes.
 *
 * @module
 */
import type { BatchMilestone } from './batch-growth';
import type { TrialLimit } from '../words/trial';

/** A part of a training with one batch size: from a step on, at a place in the stream. */
export interface BatchPhase {
  /** Optimizer steps before it. */
  readonly step: number;
  /** Examples seen before it. */
  readonly examples: number;
  readonly batchSize: number;
}

/** Optimizer steps until `epoch` passes over the training split are complete. */
export function epochEndStep(epoch: number, trainExamples: number, batchSize: number): number {
  return Math.ceil((epoch * trainExamples) / batchSize);
}

/** Optimizer steps of a whole trial. */
export function stepsOf(
  limit: TrialLimit,
  trainExamples: number,
  batchSize: number,
  milestones: readonly BatchMilestone[] = [],
): number {
  return 'steps' in limit
    ? limit.steps
    : stepReaching(batchPhases(batchSize, milestones, trainExamples), limit.epochs * trainExamples);
}

/** The phases of a training, in order. A milestone takes hold with the first step that begins at its epoch or later. */
export function batchPhases(
  batchSize: number,
  milestones: readonly BatchMilestone[],
  trainExamples: number,
): readonly BatchPhase[] {
  const phases: BatchPhase[] = [{ step: 0, examples: 0, batchSize }];
  for (const milestone of milestones) {
    const last = phases.at(-1)!;
    const step = Math.max(last.step, stepReaching([last], milestone.epoch * trainExamples));
    // Two milestones within one batch: the later one alone has steps.
    if (step === last.step) phases.pop();
    phases.push({ step, examples: examplesAfter([last], step), batchSize: milestone.batchSize });
  }
  return phases;
}

/** The phase that a step belongs to; `step` counts those before it. */
export function phaseAt(phases: readonly BatchPhase[], step: number): BatchPhase {
  return phases.findLast((phase) => phase.step <= step) ?? phases[0]!;
}

/** Examples seen after a number of optimizer steps. */
export function examplesAfter(phases: readonly BatchPhase[], step: number): number {
  const phase = phaseAt(phases, step);
  return phase.examples + (step - phase.step) * phase.batchSize;
}

/** Optimizer steps until at least so many examples are seen. */
export function stepReaching(phases: readonly BatchPhase[], examples: number): number {
  const phase = phases.findLast((one) => one.examples < examples) ?? phases[0]!;
  return phase.step + Math.ceil((examples - phase.examples) / phase.batchSize);
}
