/**
 * The trainer process: forked by a worker, spoken to over IPC in the words of `../trial/protocol`.
 *
 * @module
 */
import { residentBytes } from './environment';
import type { FromTrainer, ToTrainer, TrainJob } from '../trial/protocol';
import { failureOf } from './failures';
import { Trainer } from './loop/trainer';
import { deviceIdentity } from './tensorflow/identity';
import { TensorFlowEngine } from './tensorflow/tensorflow-engine';

function send(message: FromTrainer): void {
  // A worker that is gone shows as `disconnect`; the send itself has nothing to add.
  process.send?.(message, undefined, undefined, () => undefined);
}

const engine = new TensorFlowEngine(residentBytes());
const trainer = new Trainer({ engine, send });

async function train(job: TrainJob): Promise<void> {
  try {
    send(await trainer.train(job));
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    send({ type: 'failed', failure: failureOf(error), message, stack: stack ?? message });
  } finally {
    unfinished -= 1;
  }
}

let jobs = Promise.resolve();
let unfinished = 0;

process.on('message', (message: ToTrainer) => {
  if (message.type === 'start') {
    unfinished += 1;
    jobs = jobs.then(() => train(message.job));
  } else if (unfinished > 0) {
    // A stop that crosses the end of its job must not end the next one.
    trainer.stop();
  }
});

// Nobody is left to report to, and a GPU must not stay held.
process.on('disconnect', () => process.exit());

// Whoever ends a terminal, a service or a cluster's job signals all of its processes at once. The worker decides when its
// trainers end; what it will ask for, a checkpoint of the current step, is begun meanwhile.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGQUIT', 'SIGUSR2'] as const)
  process.on(signal, () => {
    if (unfinished > 0) trainer.stop();
  });

send({ type: 'ready', engine: engine.identity, device: deviceIdentity() });
