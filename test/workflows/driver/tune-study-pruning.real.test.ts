/** Studies whose sweeps pause trials and go on with some, on a real Temporal server; the trainings are made up. */
import type { StudyResult } from '../../../workflows/words/progress';
import type { StudyInput } from '../../../workflows/spec';
import type { TrialSpec } from '../../../workflows/words/trial';
import { conduct, heldTrials } from '../../support/held-trials';
import { sweepStudy } from '../../support/scripted-files';
import type { ScriptedStudy } from '../../support/scripted-studies';
import { runsOf } from '../../support/study-runs';
import { twoWorlds } from '../../support/two-worlds';

/** The workflow continues as new after so many events, in the middle of the sweep. */
const EVENTS = 60;

const worlds = twoWorlds(EVENTS);

const pruned = (name: string, changes: Partial<StudyInput> = {}): StudyInput => {
  const [sweep, final] = sweepStudy({ name }).stages;
  const stages = [
    { ...sweep!, pruner: { name: 'asha', minEpochs: 1 }, sampler: { name: 'random' }, trials: 12, epochs: 10 },
    final!,
  ] as StudyInput['stages'];
  return sweepStudy({ name, stages, ...changes });
};

interface Run {
  readonly study: ScriptedStudy;
  readonly result: StudyResult;
}

async function run(
  name: string,
  changes: Partial<StudyInput>,
  pick: (running: readonly string[]) => string | undefined,
  on = worlds.patient,
): Promise<Run> {
  const trials = heldTrials();
  const study = await on.start(pruned(name, changes), { trial: trials.trial });
  await conduct(study, trials, pick);
  return { study, result: await study.handle.result() };
}

const oldest = (running: readonly string[]): string | undefined => running[0];
const newest = (running: readonly string[]): string | undefined => running.at(-1);
const segmentsIn = ({ study }: Run): readonly TrialSpec[] =>
  study.log.started.filter(({ continues }) => continues !== undefined);

test('a training that pauses is one trial with its time counted once, and its segments are named after it', async () => {
  const done = await run('paused', {}, oldest);
  const { study, result } = done;
  const [summaries] = study.log.decisions.map(({ trials }) => trials);
  expect(segmentsIn(done).length).toBeGreaterThan(3);
  expect(result.trials).toBe(study.log.started.length - segmentsIn(done).length);
  expect(summaries?.filter(({ status }) => status === 'paused').length).toBeGreaterThan(8);
  expect(summaries?.find(({ continues }) => continues !== undefined)?.trialId).toMatch(
    /^regularization-sweep\/0\d\d\.2$/,
  );
  const [published] = study.log.published;
  const seconds =
    published?.progress.stages.flatMap(({ trials }) => trials.map(({ deviceSeconds }) => deviceSeconds)) ?? [];
  expect(result.deviceSeconds).toBeCloseTo(
    seconds.reduce((sum, one) => sum + one, 0),
    6,
  );
  expect(result.decisions[0]?.because).toMatch(/; asha stopped \d+ of 11 other points early$/);
});

test('a limit on the number of trials stops no promotion', async () => {
  const limited = await run('limited', { budget: { maxTrials: 9, parallelTrials: 2 } }, oldest);
  expect(limited.result.trials).toBeLessThanOrEqual(9);
  expect(segmentsIn(limited).length).toBeGreaterThan(0);
});

test('a reproducible study promotes the same, whatever order trials end in and however often its workflow continues as new', async () => {
  const settings = { reproducible: true, budget: { parallelTrials: 3 } };
  const first = await run('in-order-pruned', settings, oldest);
  const second = await run('out-of-order-pruned', settings, newest, worlds.impatient);
  const asked = ({ study }: Run): readonly string[] =>
    study.log.started.map(({ trialId, pauseAfterEpochs }) => `${trialId} to ${pauseAfterEpochs ?? 'the end'}`).sort();
  expect(segmentsIn(first).length).toBeGreaterThan(3);
  expect((await runsOf(second.study, worlds.impatient)).length).toBeGreaterThan(1);
  expect(asked(second)).toEqual(asked(first));
  expect(second.result.decisions).toEqual(first.result.decisions);
  expect(second.result.deviceSeconds).toBeCloseTo(first.result.deviceSeconds, 6);
});
