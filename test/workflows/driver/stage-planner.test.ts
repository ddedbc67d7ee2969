import { parseStudy, resolveParsed } from '../../../workflows/spec';
import { PLANNER_VERSION, PlannerUnknown } from '../../../workflows/driver/planner-version';
import { takePlanner } from '../../../workflows/driver/stage-planner';
import { StudyState } from '../../../workflows/driver/state';
import type { StudySnapshot } from '../../../workflows/driver/snapshot';
import type { PassToPlannerInput, StagePlanner } from '../../../workflows/words/contract';
import { MADE_UP_DATASET, sweepStudy } from '../../support/scripted-files';
import { Simulation } from '../../support/simulated-workflow';

jest.mock('@temporalio/workflow', () =>
  jest
    .requireActual<typeof import('../../support/simulated-workflow')>('../../support/simulated-workflow')
    .simulatedWorkflow(),
);

const OLDER = PLANNER_VERSION - 1;

/** A study at its first stage. */
function stateWith(plannerVersion: number, changes: Partial<StudySnapshot> = {}): StudyState {
  const parsed = parseStudy(sweepStudy({ name: 'passing' }));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const study = { ...resolveParsed(parsed.study, MADE_UP_DATASET), plannerVersion };
  return StudyState.of('passing', { studyRun: 'run' }, { study, ...changes });
}

/** The state after it, and what was asked; by default the worker that asks is the one that begins the stage. */
async function taken(state: StudyState, answer: Partial<StagePlanner> = {}, meanwhile = state) {
  const study = { state };
  const asked: PassToPlannerInput[] = [];
  const simulation = new Simulation(
    (_, input) => {
      asked.push(input as PassToPlannerInput);
      study.state = meanwhile;
      return { seconds: 0.01, result: { plannerVersion: PLANNER_VERSION, ...answer } };
    },
    { events: 100, bytes: 10_000 },
  );
  const error: unknown = await simulation.run(null, () => takePlanner(study)).catch((reason: unknown) => reason);
  return { study: study.state, error, asked };
}

const isRefused = (words: string) => ({ error: expect.objectContaining({ message: expect.stringContaining(words) }) });

test('a stage begins with the planner of the worker that takes it, which the run remembers', async () => {
  const { asked, error, study } = await taken(stateWith(PLANNER_VERSION));
  expect([error, asked.length, asked[0]]).toEqual([
    undefined,
    1,
    { studyId: 'passing', study: study.resolved, decided: 0, plannerVersion: PLANNER_VERSION },
  ]);
});

test('a newer planner takes the stages to come, and what people changed meanwhile stays', async () => {
  const state = stateWith(OLDER);
  const meanwhile = state.budgeted({ ...state.resolved.budget, parallelTrials: 9 });
  const handovers = [{ stageId: 'final-train', plannerVersion: PLANNER_VERSION, before: OLDER }];
  const replanned = { plannerVersion: PLANNER_VERSION, stages: state.resolved.stages.slice(1), handovers };
  const { study } = await taken(state, { replanned }, meanwhile);
  expect(study.resolved).toMatchObject({ ...replanned, budget: { parallelTrials: 9 } });
});

test('a worker that has not the planner refuses the task in words', async () => {
  const begun = { stages: [{ stageId: 'regularization-sweep', trials: [], summaries: [], visible: 0 }] };
  expect(await taken(stateWith(OLDER, begun))).toMatchObject({
    asked: [expect.not.objectContaining({ decided: 0 })],
    ...isRefused(`is at regularization-sweep, which began with planner version ${OLDER}, and this worker has`),
  });
  expect(await taken(stateWith(OLDER), { plannerVersion: OLDER })).toMatchObject(
    isRefused(`is at regularization-sweep, which began with planner version ${OLDER}`),
  );
  expect(await taken(stateWith(PLANNER_VERSION + 1))).toMatchObject(
    isRefused(`goes by planner version ${PLANNER_VERSION + 1}, and this worker has ${PLANNER_VERSION}`),
  );
  const { error, study } = await taken(stateWith(OLDER), { plannerVersion: OLDER, refusal: 'its model is gone' });
  expect(error).toBeInstanceOf(PlannerUnknown);
  expect(error).toMatchObject({ message: expect.stringContaining('its model is gone') });
  expect(study.resolved.plannerVersion).toBe(OLDER);
});

test('while the study is paused, or its next stage waits for approval, no planner is settled', async () => {
  const waits = async (state: StudyState): Promise<void> =>
    expect(await taken(state)).toMatchObject({ asked: [], ...isRefused('the workflow waits for nothing') });
  const state = stateWith(OLDER);
  await waits(state.changed({ control: { ...state.control, paused: true } }));
  const [sweep, ...rest] = state.resolved.stages;
  await waits(stateWith(OLDER, { study: { ...state.resolved, stages: [{ ...sweep!, gate: 'approve' }, ...rest] } }));
});
