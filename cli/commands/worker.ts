import type { Command } from 'commander';
import { readConfig } from '../../workers/config';
import { say } from '../output';

type WorkerKind = 'tuner' | 'training';

const DESCRIPTIONS: Readonly<Record<WorkerKind, string>> = {
  tuner: 'runs studies and their light activities; needs no TensorFlow',
  training: 'runs trials; needs TensorFlow, and a GPU if there is one',
};

export function worker(program: Command): void {
  const parent = program.command('worker').description('run a worker until SIGTERM or Ctrl-C');
  for (const kind of ['tuner', 'training'] as const)
    parent
      .command(kind)
      .description(DESCRIPTIONS[kind])
      .action(() => runWorkerProcess(kind));
}

async function runWorkerProcess(kind: WorkerKind): Promise<void> {
  const config = readConfig();
  // Whoever forked this worker is gone: it ends as by a signal, in order.
  const onOrphaned = (): void => void process.kill(process.pid, 'SIGTERM');
  process.once('disconnect', onOrphaned);
  const onReady = (): void => {
    process.send?.('ready');
    say(
      JSON.stringify({
        time: new Date().toISOString(),
        level: 'INFO',
        message: `${kind} worker is ready`,
        ...(kind === 'training' && { slots: config.trainingSlots }),
      }),
    );
  };
  try {
    await load(kind)(config, onReady);
  } finally {
    process.off('disconnect', onOrphaned);
  }
}

/** Temporal's native core and the AWS SDK take a second to load: only workers pay for them. */
function load(kind: WorkerKind): typeof import('../../workers/tuner').runTunerWorker {
  if (kind === 'tuner') {
    const { runTunerWorker }: typeof import('../../workers/tuner') = require('../../workers/tuner');
    return runTunerWorker;
  }
  const { runTrainingWorker }: typeof import('../../workers/training') = require('../../workers/training');
  return runTrainingWorker;
}
