/**
 * A trainer that trains nothing: it answers at once with a result of an ordinary size, so that only what is around a
 * trial takes time.
 *
 * @module
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { FromTrainer, ToTrainer, TrainJob } from '../../activities/trial/protocol';
import type { EpochMeasurement, Measurement } from '../../workflows/words/outcome';

const EPOCHS = 10;
const WEIGHTS_BYTES = 4096;

function send(message: FromTrainer): void {
  process.send?.(message);
}

function measurement({ trial }: TrainJob): Measurement {
  const curve = Array.from({ length: EPOCHS }, (_, i): EpochMeasurement => ({
    epoch: i + 1,
    step: 100 * (i + 1),
    learningRate: 0.001,
    trainLoss: 1 / (i + 1),
    values: { valLoss: 1 / (i + 1) + (trial.seed % 97) / 1000, valAccuracy: 0.9 },
    deviceSeconds: 0,
  }));
  return {
    steps: 100 * EPOCHS,
    epochs: EPOCHS,
    examples: 0,
    trainLoss: 0.1,
    best: curve.at(-1) ?? null,
    curve,
    test: null,
    stepLosses: [],
    stepSeconds: null,
    peakBytes: 1,
    parameters: WEIGHTS_BYTES / 4,
    deviceSeconds: 0,
  };
}

process.on('message', (message: ToTrainer) => {
  if (message.type !== 'start') return;
  const { job } = message;
  const weightsPath = path.join(job.scratchFolder, 'weights.safetensors');
  writeFileSync(weightsPath, Buffer.alloc(WEIGHTS_BYTES));
  send({
    type: 'finished',
    report: {
      outcome: { status: 'completed', measurement: measurement(job) },
      engine: 'none',
      weightsPath,
      modelFolder: null,
    },
  });
});
process.once('disconnect', () => process.exit());
send({ type: 'ready', engine: 'none', device: 'none' });
