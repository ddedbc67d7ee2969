import { createPassToPlanner } from '../../../activities/study/pass-to-planner';
import { openingIn, openingKey, writeOpening } from '../../../activities/study/opening';
import { unseal } from '../../../activities/study/sealed';
import { memoryStore } from '../../../activities/storage/memory';
import type { ObjectStore } from '../../../activities/storage/object-store';
import { PLANNER_VERSION } from '../../../workflows/driver/planner-version';
import { parseStudy, resolveParsed } from '../../../workflows/spec';
import type { StagePlanner } from '../../../workflows/words/contract';
import type { ResolvedStudy } from '../../../workflows/words/study';
import { quietEnvironment } from '../../support/activity-environment';
import { MADE_UP_DATASET, sweepStudy } from '../../support/scripted-files';

const asked = sweepStudy({ name: 'passing' });
const OLDER = PLANNER_VERSION - 1;

/** As an older planner resolved it, which filled nothing. */
function olderStudy(): ResolvedStudy {
  const parsed = parseStudy(asked);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const study = resolveParsed(parsed.study, MADE_UP_DATASET);
  return { ...study, plannerVersion: OLDER, stages: study.stages.map((use) => ({ ...use, options: {} })) };
}

const opened = async (store: ObjectStore): Promise<ResolvedStudy | undefined> =>
  openingIn(await unseal(store, openingKey('passing')))?.study;

async function pass(store: ObjectStore, study: ResolvedStudy, plannerVersion = PLANNER_VERSION): Promise<StagePlanner> {
  const input = { studyId: 'passing', study, decided: 1, plannerVersion };
  return quietEnvironment().run(createPassToPlanner(store), input);
}

test('a study passes to a newer planner from its next stage on, in the store too', async () => {
  const store = memoryStore();
  const study = olderStudy();
  await writeOpening(store, { studyId: 'passing', studyRun: 'run', asked, study });
  const changed = { ...study, budget: { ...study.budget, parallelTrials: 7 } };
  const { plannerVersion, replanned } = await pass(store, changed);
  expect([plannerVersion, replanned?.plannerVersion]).toEqual([PLANNER_VERSION, PLANNER_VERSION]);
  expect(replanned?.stages[0]).toEqual(study.stages[0]);
  expect(replanned?.stages[1]?.options).toMatchObject({ replicates: 1 });
  expect(replanned?.handovers).toEqual([{ stageId: 'final-train', plannerVersion: PLANNER_VERSION, before: OLDER }]);
  expect(await opened(store)).toEqual({ ...changed, ...replanned });
});

test('a planner that the study has already, or an older one, or one that comes upon a stage that has begun, touches nothing', async () => {
  const input = { studyId: 'passing', study: olderStudy(), plannerVersion: PLANNER_VERSION };
  expect(await quietEnvironment().run(createPassToPlanner(memoryStore()), input)).toEqual({
    plannerVersion: PLANNER_VERSION,
  });
  for (const plannerVersion of [PLANNER_VERSION, PLANNER_VERSION + 1])
    expect(await pass(memoryStore(), { ...olderStudy(), plannerVersion })).toEqual({ plannerVersion: PLANNER_VERSION });
});

test('a study stays with its planner where what was asked is gone or no longer valid, and where bundle and activities differ', async () => {
  const store = memoryStore();
  const study = olderStudy();
  const refused = async (version = PLANNER_VERSION): Promise<unknown> => pass(store, study, version);
  expect(await refused()).toEqual({ plannerVersion: OLDER, refusal: expect.stringMatching(/missing or damaged/) });
  await writeOpening(store, { studyId: 'passing', studyRun: 'run', asked: { ...asked, model: {} }, study });
  expect(await refused()).toEqual({ plannerVersion: OLDER, refusal: expect.stringMatching(/^model/) });
  expect(await refused(PLANNER_VERSION + 1)).toEqual({
    plannerVersion: OLDER,
    refusal: `its activities have version ${PLANNER_VERSION}; bundle workflows and activities of one Stepwell`,
  });
  expect(await opened(store)).toEqual(JSON.parse(JSON.stringify(study)));
});
