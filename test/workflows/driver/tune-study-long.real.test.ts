/**
 * Searches that are longer than one run of their workflow may be, on a real Temporal server; the trainings are made up.
 */
import { STUDY_PROGRESS_QUERY } from '../../../workflows/words/contract';
import type { StudyProgress } from '../../../workflows/words/progress';
import type { StudyInput } from '../../../workflows/spec';
import { sweepStudy } from '../../support/scripted-files';
import type { ScriptedStudy } from '../../support/scripted-studies';
import { runsOf, trialsOf } from '../../support/study-runs';
import { twoWorlds } from '../../support/two-worlds';

/** About 80 trials, which are too much to ride along with the workflow's input. */
const EVENTS = 480;
const TRIALS = 300;

const worlds = twoWorlds(EVENTS);

function longStudy(name: string): StudyInput {
  const {
    stages: [sweep, final],
    ...file
  } = sweepStudy({ name, reproducible: true });
  const stages = [
    { ...sweep!, sampler: { name: 'tpe', startupTrials: 10 }, trials: TRIALS, replicateTop: 1, replicates: 2 },
    final!,
  ];
  return { ...file, stages } as unknown as StudyInput;
}

const progressOf = ({ handle }: ScriptedStudy): Promise<StudyProgress> =>
  handle.query<StudyProgress, []>(STUDY_PROGRESS_QUERY);

test('a search longer than a run of its workflow takes its trials through the store, and ends as if it had been one', async () => {
  const [whole, cut] = await Promise.all([
    worlds.patient.start(longStudy('long')),
    worlds.impatient.start(longStudy('long')),
  ]);
  const studyRun = cut.handle.firstExecutionRunId;
  expect(await cut.handle.result()).toEqual({ ...(await whole.handle.result()), studyRun });
  const byId = ({ log }: ScriptedStudy) => [...log.started].sort((a, b) => (a.trialId < b.trialId ? -1 : 1));
  expect(byId(cut)).toEqual(byId(whole));

  const runs = await runsOf(cut, worlds.impatient);
  expect(runs.length).toBeGreaterThan(3);
  expect(new Set(runs.flatMap(trialsOf)).size).toBe(cut.log.started.length);
  const pages = await worlds.impatient.store.list('studies/long/trials/regularization-sweep/');
  expect(pages.length).toBeGreaterThanOrEqual(runs.length - 1);

  const inputs = runs.map(
    ({ events }) => events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0]?.data?.length ?? 0,
  );
  expect(Math.max(...inputs)).toBeLessThan(110_000);
});

test('who watches it sees the newest and the best of its trials, and how many there are', async () => {
  const study = await worlds.impatient.start(longStudy('watched'));
  await study.handle.result();
  const [sweep] = (
    await progressOf({
      ...study,
      handle: worlds.impatient.client.workflow.getHandle(study.handle.workflowId) as typeof study.handle,
    })
  ).stages;
  expect(sweep!.trials.length).toBeLessThan(200);
  expect(sweep!.trials.length + sweep!.trialsLeftOut!).toBe(sweep!.trialsEnded);
  expect(sweep!.trialsPlanned).toBe(sweep!.trialsEnded);
  expect(study.log.decisions[0]!.trials).toEqual([]);
});
