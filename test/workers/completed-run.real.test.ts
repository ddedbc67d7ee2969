import { randomUUID } from 'node:crypto';
import { completedRun } from '../../workers/client';
import { sweepStudy } from '../support/scripted-files';
import { scriptedWorld } from '../support/scripted-studies';
import type { ScriptedWorld } from '../support/scripted-studies';
import { temporalAddress } from '../support/services';
import { waitFor } from '../support/wait-for';

let world: ScriptedWorld;

beforeAll(async () => {
  world = await scriptedWorld(temporalAddress());
});
afterAll(async () => {
  await world.stop();
});

test('the newest run that completed holds a name, and a later one that failed does not', async () => {
  const study = sweepStudy({ name: `names-${randomUUID().slice(0, 8)}` });
  const client = { client: world.client, address: temporalAddress(), close: async () => undefined };
  expect(await completedRun(client, study.name)).toBeUndefined();
  const first = await world.start(study);
  const { studyRun } = await first.handle.result();
  const holder = await waitFor('the server lists it', () => completedRun(client, study.name));
  expect(holder).toEqual({
    completedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    place: `s3://bucket/v1/studies/${study.name}/`,
    studyRun,
  });
  const second = await world.start(study, {
    trial: async () => {
      throw new Error('no training');
    },
  });
  await second.handle.terminate();
  expect(await completedRun(client, study.name)).toEqual(holder);
});
