/**
 * The process that answers for an exported model: forked with the model as its argument, spoken to over IPC in the words
 * of `inference/protocol`.
 *
 * @module
 */
import '../../environment';
import type { FromInference, ModelToLoad, ToInference } from '../../../inference/protocol';
import { LoadedModel } from './loaded-model';

function send(message: FromInference): void {
  process.send?.(message, undefined, undefined, () => undefined);
}

const words = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function answerFor(model: LoadedModel): void {
  process.on('message', ({ id, batch }: ToInference) => {
    try {
      send({ type: 'answer', id, outputs: model.answer(batch) });
    } catch (error) {
      send({ type: 'failed', id, message: words(error) });
    }
  });
  send({ type: 'ready' });
}

process.on('disconnect', () => process.exit());

// A terminal signals all of its processes at once; the command still answers what it has taken, and then ends this one.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

try {
  answerFor(new LoadedModel(JSON.parse(process.argv[2] ?? '') as ModelToLoad));
} catch (error) {
  send({ type: 'refused', message: words(error) });
}
