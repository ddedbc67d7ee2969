/**
 * The part of the graph that evaluates: one size of batch, filled up where examples run out.
 *
 * @module
 */
import { detailsOf } from '../evaluate-batch';
import type { InputPipeline } from '../input/input-pipeline';
import type { Part } from '../../examples/read-ahead';
import type { BatchDetails, BatchEvaluation } from '../../engine';
import { type GraphNode, placeholder } from './graph';
import { atBatchSize, type Template } from './recording/batch-template';
import { DETAILS, EVALUATE, SUMS, WEIGHTS } from './recording/record-step';
import type { HeadsIn } from './heads';

/** Examples per run: enough to be fast, few enough that filling up the last batch wastes little. */
const EVALUATION_BATCH = 128;

export function evaluationHead(template: Template, data: InputPipeline): GraphNode[] {
  return [
    ...data.batch(EVALUATE, EVALUATION_BATCH),
    placeholder(WEIGHTS, 'float32', [EVALUATION_BATCH]),
    ...atBatchSize(template, EVALUATION_BATCH),
  ];
}

type EvaluationIn = Omit<HeadsIn, 'sizes'>;

/** Sums over examples of a part. */
export function runEvaluation(head: EvaluationIn, part: Part, indices: Int32Array): BatchEvaluation {
  const [lossSum = Number.NaN, correct = 0] = summed(head, SUMS, part, indices);
  return { lossSum, correct };
}

export function runDetails(head: EvaluationIn, classes: number, part: Part, indices: Int32Array): BatchDetails {
  const { hasTopK, hasConfusion } = detailsOf(classes);
  const sums = summed(head, DETAILS, part, indices);
  const [lossSum = Number.NaN, correct = 0] = sums;
  const counts = sums.slice(hasTopK ? 3 : 2);
  return {
    lossSum,
    correct,
    topCorrect: hasTopK ? (sums[2] ?? 0) : null,
    confusion: hasConfusion
      ? Array.from({ length: classes }, (_, i) => counts.slice(i * classes, (i + 1) * classes))
      : null,
  };
}

/** In doubles: a float32 stops counting at 2^24. */
function summed({ session, data }: EvaluationIn, output: string, part: Part, indices: Int32Array): number[] {
  const totals: number[] = [];
  for (let from = 0; from < indices.length; from += EVALUATION_BATCH) {
    const counted = Math.min(EVALUATION_BATCH, indices.length - from);
    const weights = new Float32Array(EVALUATION_BATCH).fill(1, 0, counted);
    const following = from + EVALUATION_BATCH;
    if (following < indices.length) data.ahead?.(part, batchAt(indices, following));
    const feeds = [
      ...data.feeds([EVALUATE], part, batchAt(indices, from)),
      { name: WEIGHTS, dtype: 'float32' as const, shape: [EVALUATION_BATCH], values: weights },
    ];
    const [sums] = session.run(feeds, [output]);
    sums?.forEach((sum, i) => {
      totals[i] = (totals[i] ?? 0) + sum;
    });
  }
  return totals;
}

/** Says that an evaluation will begin with these examples. */
export function announceEvaluation({ data }: EvaluationIn, part: Part, indices: Int32Array): void {
  data.ahead?.(part, batchAt(indices, 0));
}

/** A batch filled up with copies of its first example, which weigh nothing; a stranger's loss might not be finite. */
function batchAt(indices: Int32Array, from: number): Int32Array {
  const batch = new Int32Array(EVALUATION_BATCH).fill(indices[from] ?? 0);
  batch.set(indices.subarray(from, from + EVALUATION_BATCH));
  return batch;
}
