/**
 * Studies whose tuner workers are upgraded on their way, on a real Temporal server; the trainings are made up.
 */
import { randomUUID } from 'node:crypto';
import { readDecision } from '../../../activities/study/decision-record';
import { openingKey, writeOpening } from '../../../activities/study/opening';
import { readStudy } from '../../../activities/study/stored-study';
import { plannerRefusal } from '../../../workers/client';
import { PLANNER_VERSION } from '../../../workflows/driver/planner-version';
import type { StudyInput } from '../../../workflows/spec';
import { studyWorkflowId } from '../../../workflows/words/contract';
import { change, progressOf } from '../../support/changes';
import { heldTrials, settled } from '../../support/held-trials';
import type { HeldTrials } from '../../support/held-trials';
import { sweepStudy } from '../../support/scripted-files';
import { scriptedWorld } from '../../support/scripted-studies';
import type { ScriptedStudy, ScriptedWorld, StudyScript } from '../../support/scripted-studies';
import { temporalAddress } from '../../support/services';
import { runsOf } from '../../support/study-runs';
import { waitFor } from '../../support/wait-for';

const [OLDER, NEWER] = [PLANNER_VERSION - 1, PLANNER_VERSION];
const [FIRST, SECOND, FINAL] = ['regularization-sweep', 'regularization-sweep-2', 'final-train'];

let world: ScriptedWorld;
beforeEach(async () => {
  world = await scriptedWorld(temporalAddress());
  await world.upgradeTuner(OLDER);
});
afterEach(() => world.stop());

/** Two sweeps that say nothing of the number of their trials, and the final training. */
function twoSweeps(gate?: 'approve'): StudyInput {
  const name = `handover-${randomUUID().slice(0, 8)}`;
  const file = sweepStudy({ name, budget: { parallelTrials: 1 } });
  const { trials: _, ...sweep } = { ...file.stages[0] } as Record<string, unknown>;
  const stages = [sweep, { ...sweep, replicateTop: 2, ...(gate && { gate }) }, file.stages[1]];
  return { ...file, stages: stages as unknown as StudyInput['stages'] };
}

/** By the older planner, whose sweeps took 2 trials by default. */
function begin(file: StudyInput, script: StudyScript = {}): Promise<ScriptedStudy> {
  return world.start(file, {
    ...script,
    resolved: async (resolved) => {
      const stages = resolved.stages.map((use) => ({ ...use, options: { ...(use.options as object), trials: 2 } }));
      const study = { ...resolved, plannerVersion: OLDER, stages };
      const { runId } = await world.client.workflow.getHandle(studyWorkflowId(file.name)).describe();
      await writeOpening(world.store, { studyId: file.name, studyRun: runId, asked: file, study });
      return study;
    },
  });
}

function refusal({ handle }: ScriptedStudy, words: string): Promise<true> {
  return waitFor(`a worker refuses: ${words}`, async () =>
    (await plannerRefusal(world.client, await handle.describe()))?.includes(words) === true ? true : undefined,
  );
}

/** Ends trials one at a time for as long as some of that stage run. */
async function finish(stageId: string, study: ScriptedStudy, trials: HeldTrials): Promise<void> {
  for (;;) {
    const [next] = await waitFor('a trial runs, or the stage is over', async () =>
      (await progressOf(study)).stages.some((stage) => stage.stageId === stageId && stage.status === 'decided')
        ? []
        : trials.held().length > 0
          ? trials.held()
          : undefined,
    );
    if (next === undefined) return;
    trials.release(next);
  }
}

const endedIn = ({ log }: ScriptedStudy, stageId: string): number =>
  log.ended.filter((trialId) => trialId.startsWith(`${stageId}/`)).length;

const HANDOVER = { stageId: SECOND, plannerVersion: NEWER, before: OLDER };

test('a stage ends with the planner that it began with; the next one begins with the newer one by itself, and says so', async () => {
  const trials = heldTrials();
  const file = twoSweeps('approve');
  const study = await begin(file, { trial: trials.trial });
  await settled(study, trials);

  await world.upgradeTuner(NEWER);
  trials.release(`${FIRST}/000`);
  await refusal(study, `is at ${FIRST}, which began with planner version ${OLDER}, and this worker has ${NEWER}`);
  expect(study.log.started).toHaveLength(1);

  await world.upgradeTuner(OLDER);
  await finish(FIRST!, study, trials);
  await waitFor('the next stage waits', async () =>
    (await progressOf(study)).status === 'waiting' ? true : undefined,
  );
  await world.upgradeTuner(NEWER);
  await change(study, 'approve', {});
  await settled(study, trials);
  expect((await progressOf(study)).handovers).toEqual([HANDOVER]);
  await finish(SECOND!, study, trials);
  await finish(FINAL!, study, trials);

  expect(await study.handle.result()).toMatchObject({ status: 'completed', changes: [{ what: 'approve' }] });
  expect([endedIn(study, FIRST!) < 10, endedIn(study, SECOND!) > 16]).toEqual([true, true]);
  expect(study.log.published).toMatchObject([
    { study: { plannerVersion: NEWER, handovers: [HANDOVER] }, progress: { handovers: [HANDOVER] } },
  ]);
  const decisions = await Promise.all([FIRST, SECOND, FINAL].map((id) => readDecision(world.store, file.name, id!)));
  expect(decisions.map((decision) => decision?.plannerVersion)).toEqual([OLDER, NEWER, NEWER]);
  expect((await readStudy(world.store, file.name)).opening.study).toMatchObject({ handovers: [HANDOVER] });
  expect(await runsOf(study, world)).toHaveLength(3);
}, 60_000);

test('a pause that comes as a stage ends holds for the next run, whose stage is the newer planner’s from then on', async () => {
  const trials = heldTrials();
  const file = twoSweeps();
  const study: ScriptedStudy = await begin(file, {
    trial: trials.trial,
    recordDecision: async () => void (await change(study, 'pause', {})),
  });
  await finish(FIRST!, study, trials);
  expect(await progressOf(study)).toMatchObject({ status: 'paused', changes: [{ what: 'pause' }] });
  await world.upgradeTuner(NEWER);
  await change(study, 'resume', {});
  await settled(study, trials);
  expect((await progressOf(study)).handovers).toEqual([HANDOVER]);

  await world.upgradeTuner(OLDER);
  trials.release(`${SECOND}/000`);
  await refusal(study, `is at ${SECOND}, which began with planner version ${NEWER}, and this worker has ${OLDER}`);
  await study.handle.terminate();
}, 60_000);

test('a study that the newer planner cannot go on with stays with the older one, and the refusal says why', async () => {
  const trials = heldTrials();
  const file = twoSweeps('approve');
  const study = await begin(file, { trial: trials.trial });
  await finish(FIRST!, study, trials);
  await world.store.delete([openingKey(file.name)]);
  await world.upgradeTuner(NEWER);
  const ask = (): Promise<unknown> => change(study, 'approve', {}).catch((error: unknown) => error);
  const first = ask();
  await refusal(study, `cannot pass from planner version ${OLDER} to ${NEWER}`);
  await world.upgradeTuner(OLDER);
  // The server may have refused what it could deliver to nobody.
  await first;
  await ask();
  await settled(study, trials);
  expect(await progressOf(study)).not.toHaveProperty('handovers');
  await study.handle.terminate();
}, 60_000);
