import { randomUUID } from 'node:crypto';
import { s3Store } from '../../activities/storage/s3';
import { writeOpening } from '../../activities/study/opening';
import { studyHandle } from '../../workers/client';
import { PLANNER_VERSION } from '../../workflows/driver/planner-version';
import type { ResolvedStudy } from '../../workflows/words/study';
import { output, stepwell } from '../support/command-line';
import { fiveStages } from '../support/scripted-files';
import { scriptedWorld } from '../support/scripted-studies';
import type { ScriptedStudy, ScriptedWorld } from '../support/scripted-studies';
import { freshBucket, temporalAddress } from '../support/services';
import { workerEnvironment } from '../support/studies';
import { waitFor } from '../support/wait-for';

/** Of the Stepwell that began the study, and that nobody runs any more. */
const OLD_PLANNER = PLANNER_VERSION + 1;

const name = `stranded-${randomUUID().slice(0, 8)}`;
let world: ScriptedWorld;
let study: ScriptedStudy;
/** Of the stage that the upgrade comes upon. */
let trialsEnd = false;

beforeAll(async () => {
  const { bucket, access } = await freshBucket('versitygw');
  world = await scriptedWorld(temporalAddress(), s3Store({ bucket, prefix: 'v1/', access }));
  const { taskQueuePrefix } = world;
  const places = { temporalAddress: temporalAddress(), bucket, access, taskQueuePrefix, cacheFolder: '' };
  Object.assign(process.env, workerEnvironment(places));
  await world.upgradeTuner(OLD_PLANNER);
  await begin();
  await world.upgradeTuner(PLANNER_VERSION);
}, 60_000);
afterAll(() => world.stop());

/** A study that has decided on a learning rate, and is in the middle of its ladder. */
async function begin(): Promise<void> {
  const asked = fiveStages({ name });
  let opened: ResolvedStudy | undefined;
  study = await world.start(asked, {
    resolved: (resolved) => {
      opened = { ...resolved, plannerVersion: OLD_PLANNER };
      return opened;
    },
    trial: ({ trialId }, plausible) =>
      trialsEnd || trialId.startsWith('lr-') ? plausible() : new Promise(() => undefined),
  });
  await waitFor('a rung runs', () => ([...study.log.running][0]?.startsWith('batch-size-ladder') ? true : undefined));
  const studyRun = study.handle.firstExecutionRunId;
  await writeOpening(world.store, { studyId: name, studyRun, asked, study: opened! });
}

const WHY = `study ${name} is at batch-size-ladder, which began with planner version ${OLD_PLANNER}, and this worker has ${PLANNER_VERSION}`;
const FIX = `end the study with: stepwell cancel ${name}, and go on from its last decision with: stepwell recover ${name}`;

describe('a study in the middle of a stage whose planner nobody has', () => {
  test('is shown as the store has it, with the reason and what helps', async () => {
    const shown = await stepwell('show', name);
    expect(shown).toMatchObject({ code: 0, stdout: expect.stringContaining('  decided: ') });
    expect(shown.stdout).toContain(WHY);
    expect(shown.stdout).toContain(FIX);
  });

  test('is not paused, and says so instead of waiting for ever', async () => {
    const paused = await stepwell('pause', name);
    expect(paused.code).not.toBe(0);
    expect(paused.stderr).toContain(`stepwell: ${WHY}`);
    expect(paused.stderr).toContain(FIX);
  });

  test('tells watchers, and is ended by a cancellation', async () => {
    const watching = stepwell('watch', name);
    await waitFor('the watcher is told', () =>
      output.stderr.includes(WHY) && output.stderr.includes('lr-range-test') ? true : undefined,
    );
    const client = { client: world.client, address: temporalAddress(), close: async () => undefined };
    const cancelled = stepwell('cancel', name);
    await watching;
    expect(await cancelled).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(
        `go on from its last decision, with all that it trained, by: stepwell recover ${name}`,
      ),
    });
    expect((await studyHandle(client, name).describe()).status.name).toBe('TERMINATED');
  }, 30_000);

  test('goes on by a recovery from its next stage on, with the planner there is, which says so', async () => {
    await waitFor('its trial has stopped', () => (study.log.running.size === 0 ? true : undefined));
    trialsEnd = true;
    const before = study.log.decisions.length;
    const recovered = await stepwell('recover', name, '--detach');
    expect(recovered).toMatchObject({ code: 0 });
    expect(recovered.stderr).toContain(
      `began with planner version ${OLD_PLANNER}, and this Stepwell has ${PLANNER_VERSION}: what has been decided stays`,
    );
    const client = { client: world.client, address: temporalAddress(), close: async () => undefined };
    const result = await studyHandle(client, name).result();
    expect(result.status).toBe('completed');
    expect([before, study.log.decisions.length]).toEqual([2, result.decisions.length]);
    expect(study.log.published.at(-1)?.study.plannerVersion).toBe(PLANNER_VERSION);
  }, 30_000);
});
