/**
 * The part of the graph that evaluates: one size of batch, filled up where examples run out.
 *
 * @module
 */
import type { InputPipeline } from '../input/input-pipeline';
import type { Part } from '../../examples/read-ahead';
import type { GraphNode } from './graph';
import { atBatchSize, type Template } from './recording/batch-template';
import { ANSWERS, EVALUATE } from './recording/record-step';
import type { HeadsIn } from './heads';

export function evaluationHead(template: Template, data: InputPipeline, batch: number): GraphNode[] {
  return [...data.batch(EVALUATE, batch), ...atBatchSize(template, batch)];
}

interface EvaluationIn extends Omit<HeadsIn, 'sizes'> {
  /** Of `evaluationHead`. */
  readonly batch: number;
}

/** The rows of `evaluateBatch`, in the order of the examples. */
export function runEvaluation(head: EvaluationIn, part: Part, indices: Int32Array): Float32Array[] {
  const { session, data, batch } = head;
  const rows: Float32Array[] = [];
  for (let from = 0; from < indices.length; from += batch) {
    const following = from + batch;
    if (following < indices.length) data.ahead?.(part, batchAt(head, indices, following));
    const [values = new Float32Array()] = session.run(data.feeds([EVALUATE], part, batchAt(head, indices, from)), [
      ANSWERS,
    ]);
    const width = values.length / batch;
    const counted = Math.min(batch, indices.length - from);
    for (let i = 0; i < counted; i += 1) rows.push(values.subarray(i * width, (i + 1) * width));
  }
  return rows;
}

/** Says that an evaluation will begin with these examples. */
export function announceEvaluation(head: EvaluationIn, part: Part, indices: Int32Array): void {
  head.data.ahead?.(part, batchAt(head, indices, 0));
}

/** A batch filled up with copies of its first example, whose rows nobody counts. */
function batchAt({ batch }: EvaluationIn, indices: Int32Array, from: number): Int32Array {
  const examples = new Int32Array(batch).fill(indices[from] ?? 0);
  examples.set(indices.subarray(from, from + batch));
  return examples;
}
