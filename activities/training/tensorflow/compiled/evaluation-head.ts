/**
 * The part of the graph that evaluates: one size of batch, filled up where examples run out.
 *
 * @module
 */
import { detailsOf } from '../evaluate-batch';
import type { InputPipeline } from '../input/input-pipeline';
import type { Part } from '../../examples/read-ahead';
import type { BatchDetails, BatchEvaluation } from '../../engine';
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

/** Sums over examples of a part. */
export function runEvaluation(head: EvaluationIn, part: Part, indices: Int32Array): BatchEvaluation {
  return sumsOf(answers(head, part, indices));
}

export function runDetails(head: EvaluationIn, classes: number, part: Part, indices: Int32Array): BatchDetails {
  const { hasTopK, hasConfusion } = detailsOf(classes);
  const rows = answers(head, part, indices);
  return {
    ...sumsOf(rows),
    topCorrect: hasTopK ? rows.filter(([, , , inTop]) => inTop === 1).length : null,
    confusion: hasConfusion ? confusionOf(rows, classes) : null,
  };
}

/** In doubles, example by example: whatever the batch, the sum is taken in the same way. */
function sumsOf(rows: readonly Float32Array[]): BatchEvaluation {
  return {
    lossSum: rows.reduce((sum, [loss = Number.NaN]) => sum + loss, 0),
    correct: rows.filter(([, answer, label]) => answer === label).length,
  };
}

/** Counts: a row for each true class, a column for each answer. */
function confusionOf(rows: readonly Float32Array[], classes: number): readonly (readonly number[])[] {
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (const [, answer = 0, label = 0] of rows) {
    const ofLabel = counts[label] as number[];
    ofLabel[answer] = (ofLabel[answer] as number) + 1;
  }
  return counts;
}

/** The rows of `evaluateBatch`, in the order of the examples. */
function answers(head: EvaluationIn, part: Part, indices: Int32Array): Float32Array[] {
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
