'use strict';
/**
 * A trainer process that speaks the protocol and trains nothing: a step every few milliseconds, a checkpoint every few
 * steps. `hparams` say at which step it fails (`failAt`) or its process ends (`exitAt`), and of which file's end the
 * last step waits (`endsAfter`). Its error output is as noisy as TensorFlow's.
 */
const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const { createHash } = require('node:crypto');
const path = require('node:path');

let stopping = false;

process.stderr.write(
  [
    'WARNING: All log messages before absl::InitializeLog() is called are written to STDERR',
    'I0000 00:00:1722000000.123456    4711 cuda_executor.cc:1015] successful NUMA node read',
    '2024-07-26 12:00:00.123456: I tensorflow/core/platform/cpu_feature_guard.cc:193] This TensorFlow binary is optimized',
    'To enable the following instructions: AVX2 FMA, in other operations, rebuild TensorFlow with the appropriate compiler flags.',
    'first words',
    '',
  ].join('\n'),
);

function checkpoint({ scratchFolder }, step) {
  const file = path.join(scratchFolder, `checkpoint-${step}.safetensors`);
  writeFileSync(file, String(step));
  process.send({
    type: 'checkpoint',
    checkpoint: {
      path: file,
      step,
      epoch: 0,
      best: false,
      bytes: String(step).length,
      sha256: createHash('sha256').update(String(step)).digest('hex'),
      deviceSeconds: step / 100,
    },
  });
}

function finish({ scratchFolder }, steps) {
  const weightsPath = path.join(scratchFolder, 'weights.safetensors');
  writeFileSync(weightsPath, `weights after ${steps}`);
  const measurement = {
    steps,
    epochs: 1,
    examples: steps,
    trainLoss: 1,
    best: null,
    curve: [],
    test: null,
    stepLosses: [],
    stepSeconds: null,
    peakBytes: 1,
    parameters: 1,
    deviceSeconds: steps / 100,
  };
  process.send({
    type: 'finished',
    report: { outcome: { status: 'completed', measurement }, weightsPath, modelFolder: null, engine: 'stub' },
  });
}

async function train(job) {
  stopping = false;
  const {
    trial: { limit, hparams },
  } = job;
  for (let step = job.resumeFrom === null ? 0 : Number(readFileSync(job.resumeFrom, 'utf8')); step < limit.steps;) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    if (stopping) {
      checkpoint(job, step);
      return process.send({ type: 'stopped', step });
    }
    if (step === limit.steps - 1 && existsSync(hparams.endsAfter ?? '')) continue;
    step += 1;
    if (step === hparams.failAt)
      return process.send({ type: 'failed', failure: 'TrainerCrashed', message: 'told to fail', stack: 'stack' });
    if (step === hparams.exitAt) {
      process.stderr.write('last words\n');
      process.exit(7);
    }
    process.send({ type: 'progress', step, stepsTotal: limit.steps, epoch: 0, loss: 1, deviceSeconds: step / 100 });
    if (step % job.checkpointEverySteps === 0) checkpoint(job, step);
  }
  return finish(job, limit.steps);
}

process.on('message', (message) => {
  if (message.type === 'stop') stopping = true;
  else train(message.job);
});
process.on('disconnect', () => process.exit());
if (process.env.STUB_TRAINER === 'never-ready') setInterval(() => undefined, 1000);
else if (process.env.STUB_TRAINER === 'broken') throw new Error('no native binding');
else process.send({ type: 'ready', engine: 'stub' });
