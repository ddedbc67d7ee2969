/**
 * Evaluations of many examples, in chunks with a turn of the event loop between them.
 *
 * @module
 */
import type { StepEngine } from '../engine';
import type { Scorer } from '../tasks';

/** Of the engine, evaluated between two signs of progress: of a large model a thousand examples may take minutes. */
const BATCHES_PER_CHUNK = 8;

export interface EvaluationRequest {
  readonly engine: StepEngine;
  readonly part: 'train' | 'test';
  readonly indices: Int32Array;
  /** Called after every chunk, with whether there are more. What it throws ends the evaluation. */
  readonly between: (more: boolean) => Promise<void>;
}

/** Has a new scorer judge the examples. */
export async function evaluateExamples<Judge extends Scorer>(
  { engine, part, indices, between }: EvaluationRequest,
  scorer: Judge,
): Promise<Judge> {
  const chunk = BATCHES_PER_CHUNK * engine.evaluationBatch;
  for (let from = 0; from < indices.length; from += chunk) {
    const next = from + chunk;
    if (next < indices.length) engine.ahead?.evaluation(part, indices.subarray(next));
    scorer.add(engine.evaluate(part, indices.subarray(from, next)));
    await between(next < indices.length);
  }
  return scorer;
}
