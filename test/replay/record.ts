/**
 * Records the histories that `replay.test.ts` replays. Run by hand, and only where an incompatible change is meant:
 *
 * node --import tsx test/replay/record.ts
 *
 * The trainings are made up; the server, the workers and the workflow are real. A server of its own suggests to
 * continue as new early.
 *
 * @module
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ApplicationFailure } from '@temporalio/common';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import type { History } from '@temporalio/common/lib/proto-utils';
import { FAILURES } from '../../workflows/words/contract';
import { numericHParam } from '../../workflows/trials/hparams';
import { change, pause, progressOf } from '../support/changes';
import { conduct, heldTrials, settled } from '../support/held-trials';
import { impatientTemporal } from '../support/own-temporal';
import { fiveStages, ladderStudy, prunedStudy, sweepStudy } from '../support/scripted-files';
import { scriptedWorld } from '../support/scripted-studies';
import type { ScriptedStudy, ScriptedWorld } from '../support/scripted-studies';
import { runsOf } from '../support/study-runs';
import { waitFor } from '../support/wait-for';
import { compileProduct } from '../support/compiled';

/** No run of a study below is longer. */
const EVENTS_OF_A_WHOLE = 4096;

/** A sweep needs a few runs then. */
const EVENTS_OF_A_PART = 60;

const FOLDER = path.join(__dirname, 'histories');

const first = ([trialId]: readonly string[]): string | undefined => trialId;

/** A study by how it ends, or by what people did to it on the way. */
const STUDIES: Readonly<Record<string, (world: ScriptedWorld) => Promise<ScriptedStudy>>> = {
  completed: (world) => world.start(fiveStages({ name: 'completed' })),
  failed: async (world) => {
    const trials = heldTrials();
    const study = await world.start(sweepStudy({ name: 'failed' }), { trial: trials.trial });
    await settled(study, trials);
    trials.release('regularization-sweep/000');
    await settled(study, trials);
    trials.release('regularization-sweep/001', () => {
      throw ApplicationFailure.nonRetryable('layer 3 has no units', FAILURES.modelInvalid);
    });
    return study;
  },
  cancelled: async (world) => {
    const trials = heldTrials();
    const study = await world.start(sweepStudy({ name: 'cancelled' }), { trial: trials.trial });
    await settled(study, trials);
    trials.release('regularization-sweep/000');
    await settled(study, trials);
    await study.handle.cancel();
    return study;
  },
  'out-of-memory': (world) =>
    world.start(ladderStudy({ name: 'out-of-memory' }), {
      trial: ({ hparams }, plausible) =>
        numericHParam(hparams, 'batchSize') >= 64
          ? { status: 'outOfMemory', where: 'device', detail: 'OOM when allocating tensor' }
          : plausible(),
    }),
  pruned: (world) => world.start(prunedStudy({ name: 'pruned' })),
  reproducible: (world) => world.start(sweepStudy({ name: 'reproducible', reproducible: true })),
  paused: async (world) => {
    const trials = heldTrials();
    const study = await world.start(sweepStudy({ name: 'paused' }), { trial: trials.trial });
    await settled(study, trials);
    await pause(study);
    await change(study, 'resume', { by: 'ada' });
    await waitFor('both trials run again', () => (study.log.started.length === 4 ? true : undefined));
    await conduct(study, trials, first);
    return study;
  },
  skipped: async (world) => {
    const trials = heldTrials();
    const study = await world.start(sweepStudy({ name: 'skipped' }), { trial: trials.trial });
    await settled(study, trials);
    await change(study, 'skipStage', { stageId: 'regularization-sweep' });
    await waitFor('the final training runs', () => (study.log.running.has('final-train/000') ? true : undefined));
    trials.release('final-train/000');
    return study;
  },
  approved: async (world) => {
    const {
      stages: [sweep],
      ...file
    } = sweepStudy({ name: 'approved' });
    const study = await world.start({
      ...file,
      stages: [sweep!, { stage: 'finalTrain', replicates: 1, gate: 'approve' }],
    });
    await waitFor('the study waits', async () => ((await progressOf(study)).status === 'waiting' ? true : undefined));
    await change(study, 'approve', {});
    return study;
  },
  changed: async (world) => {
    const trials = heldTrials();
    const study = await world.start(sweepStudy({ name: 'changed', budget: { maxTrials: 12, parallelTrials: 2 } }), {
      trial: trials.trial,
    });
    await settled(study, trials);
    await change(study, 'enqueueTrial', { stageId: 'regularization-sweep', hparams: { weightDecay: 0.003 } });
    await change(study, 'setParallelTrials', { parallelTrials: 3 });
    await change(study, 'extendBudget', { trials: 4 });
    await conduct(study, trials, first);
    return study;
  },
  'cancelled-by-update': async (world) => {
    const trials = heldTrials();
    const study = await world.start(sweepStudy({ name: 'cancelled-by-update' }), { trial: trials.trial });
    await settled(study, trials);
    await change(study, 'cancel', { by: 'ada' });
    await study.handle.cancel();
    return study;
  },
};

async function main(): Promise<void> {
  const removeCompiled = await compileProduct();
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER);
  await onServer(EVENTS_OF_A_WHOLE, async (world) => {
    for (const [name, start] of Object.entries(STUDIES)) await record(name, await start(world), world);
  });
  await onServer(EVENTS_OF_A_PART, async (world) =>
    record('continued', await world.start(sweepStudy({ name: 'continued' })), world),
  );
  removeCompiled();
}

async function onServer(events: number, use: (world: ScriptedWorld) => Promise<void>): Promise<void> {
  const temporal = await impatientTemporal(events);
  const world = await scriptedWorld(temporal.address);
  try {
    await use(world);
  } finally {
    await world.stop();
    await temporal.stop();
  }
}

/** Writes one file a run. */
async function record(name: string, study: ScriptedStudy, world: ScriptedWorld): Promise<void> {
  await study.handle.result().catch(() => undefined);
  const runs = await runsOf(study, world);
  runs.forEach((history, index) => {
    const file = path.join(FOLDER, `${runs.length === 1 ? name : `${name}-${index + 1}`}.json`);
    writeFileSync(file, textOf(history));
    console.log(`${path.basename(file)}  ${history.events?.length ?? 0} events`);
  });
}

/** An event a line. Stack traces name places on the machine that recorded, and no replay reads them. */
function textOf(history: History): string {
  const { events } = JSON.parse(historyToJSON(history)) as { readonly events: readonly unknown[] };
  const lines = events.map((event) =>
    JSON.stringify(event, (key, value: unknown) => (key === 'stackTrace' ? undefined : value)),
  );
  return `{"events":[\n${lines.join(',\n')}\n]}\n`;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
