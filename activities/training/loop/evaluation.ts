/**
 * Evaluations of many examples, in chunks with a turn of the event loop between them.
 *
 * @module
 */
import { type Evaluation, TOP_K } from '../../../workflows/words/outcome';
import type { BatchEvaluation, StepEngine } from '../engine';

/** Of the engine, evaluated between two signs of progress: of a large model a thousand examples may take minutes. */
const BATCHES_PER_CHUNK = 8;

export interface EvaluationRequest {
  readonly engine: StepEngine;
  readonly part: 'train' | 'test';
  readonly indices: Int32Array;
  /** Called after every chunk, with whether there are more. What it throws ends the evaluation. */
  readonly between: (more: boolean) => Promise<void>;
}

async function inChunks<Sums>(
  { engine, part, indices, between }: EvaluationRequest,
  evaluate: (part: 'train' | 'test', indices: Int32Array) => Sums,
): Promise<Sums[]> {
  const found: Sums[] = [];
  const chunk = BATCHES_PER_CHUNK * engine.evaluationBatch;
  for (let from = 0; from < indices.length; from += chunk) {
    const next = from + chunk;
    if (next < indices.length) engine.ahead?.evaluation(part, indices.subarray(next));
    found.push(evaluate(part, indices.subarray(from, next)));
    await between(next < indices.length);
  }
  return found;
}

const sumOf = <Item>(items: readonly Item[], value: (item: Item) => number): number =>
  items.reduce((sum, item) => sum + value(item), 0);

function evaluationOf(found: readonly BatchEvaluation[], examples: number): Evaluation {
  const loss = sumOf(found, ({ lossSum }) => lossSum) / examples;
  return {
    values: {
      loss: Number.isFinite(loss) ? loss : null,
      accuracy: sumOf(found, ({ correct }) => correct) / examples,
    },
    examples,
  };
}

/** Loss and accuracy. */
export async function evaluateExamples(request: EvaluationRequest): Promise<Evaluation> {
  return evaluationOf(await inChunks(request, request.engine.evaluate), request.indices.length);
}

/** With top-k accuracy and the confusion matrix where the number of classes allows. */
export async function evaluateInDetail(request: EvaluationRequest, classNames: readonly string[]): Promise<Evaluation> {
  const {
    engine,
    indices: { length },
  } = request;
  const found = await inChunks(request, engine.evaluateInDetail);
  const [first] = found;
  const counts = first?.confusion?.map((row, i) =>
    row.map((_, j) => sumOf(found, (chunk) => chunk.confusion?.[i]?.[j] ?? 0)),
  );
  return {
    ...evaluationOf(found, length),
    ...(typeof first?.topCorrect === 'number' && {
      topK: { k: TOP_K, accuracy: sumOf(found, ({ topCorrect }) => topCorrect ?? 0) / length },
    }),
    ...(counts !== undefined && { confusion: { classNames, counts } }),
  };
}
