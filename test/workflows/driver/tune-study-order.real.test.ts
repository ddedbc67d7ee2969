import { STUDY_PROGRESS_QUERY } from '../../../workflows/words/contract';
import type { StudyProgress, StudyResult } from '../../../workflows/words/progress';
import type { Outcome } from '../../../workflows/words/outcome';
import type { TrialSpec } from '../../../workflows/words/trial';
import { conduct, heldTrials } from '../../support/held-trials';
import type { HeldTrials } from '../../support/held-trials';
import { fiveStages, sweepStudy } from '../../support/scripted-files';
import type { ScriptedStudy, ScriptedWorld } from '../../support/scripted-studies';
import { runsOf, trialsOf } from '../../support/study-runs';
import { twoWorlds } from '../../support/two-worlds';

/** Enough for a few trials: every stage but the shortest is cut in its middle. */
const EVENTS = 40;

const worlds = twoWorlds(EVENTS);

type Pick = (running: readonly string[]) => string | undefined;

const oldestFirst: Pick = (running) => running[0];
const newestFirst: Pick = (running) => running.at(-1);

interface RunOptions {
  readonly file?: typeof fiveStages;
  readonly reproducible: boolean;
  readonly pick: Pick;
  readonly on?: ScriptedWorld;
  readonly slowdown?: number;
}

interface Run {
  readonly study: ScriptedStudy;
  readonly result: StudyResult;
  /** What was asked for, in the order of the stages and their numbers. */
  readonly asked: readonly TrialSpec[];
}

/** A study whose trials end in an order of the test's choice. */
async function run(
  name: string,
  { file = fiveStages, reproducible, pick, on = worlds.patient, slowdown = 1 }: RunOptions,
): Promise<Run> {
  const trials = heldTrials();
  const trial: HeldTrials['trial'] = async (spec, plausible) => slower(await trials.trial(spec, plausible), slowdown);
  const study = await on.start(file({ name, reproducible, budget: { parallelTrials: 3 } }), { trial });
  await conduct(study, trials, pick);
  const asked = [...study.log.started].sort((a, b) => (a.trialId < b.trialId ? -1 : 1));
  return { study, result: await study.handle.result(), asked };
}

/** The same outcome on a machine that takes this many times as long. */
function slower(outcome: Outcome, factor: number): Outcome {
  if (!('measurement' in outcome)) return outcome;
  const { measurement } = outcome;
  const { stepSeconds, deviceSeconds } = measurement;
  const timed =
    stepSeconds === null
      ? null
      : {
          ...stepSeconds,
          median: stepSeconds.median * factor + 0.01,
          p10: stepSeconds.p10 * factor,
          p90: stepSeconds.p90 * factor + 0.02,
        };
  return { ...outcome, measurement: { ...measurement, deviceSeconds: deviceSeconds * factor, stepSeconds: timed } };
}

describe('a reproducible study', () => {
  let first: Run;
  beforeAll(async () => {
    first = await run('in-order', { reproducible: true, pick: oldestFirst });
  });

  test('asks for the same trials and decides the same, whatever order they end in and however long they take', async () => {
    const second = await run('out-of-order', { reproducible: true, pick: newestFirst, slowdown: 3 });
    expect(second.study.log.ended).not.toEqual(first.study.log.ended);
    expect(second.asked).toEqual(first.asked);
    expect(second.result.decisions).toEqual(first.result.decisions);
    expect(second.result.test).toEqual(first.result.test);
  });

  test('does so over several runs of its workflow too', async () => {
    const second = await run('in-pieces', { reproducible: true, pick: newestFirst, on: worlds.impatient });
    expect((await runsOf(second.study, worlds.impatient)).length).toBeGreaterThan(3);
    expect(second.asked).toEqual(first.asked);
    expect(second.result.decisions).toEqual(first.result.decisions);
  });
});

test('without reproducible the order does matter: this is what the setting is for', async () => {
  const free = { file: sweepStudy, reproducible: false };
  const runs = [
    await run('free-in-order', { ...free, pick: oldestFirst }),
    await run('free-out-of-order', { ...free, pick: newestFirst }),
  ];
  expect(runs[1]!.asked).not.toEqual(runs[0]!.asked);
});

describe('a study that continues as new in the middle of its stages', () => {
  let whole: Run;
  let cut: Run;
  beforeAll(async () => {
    // Else what a point knows of others would depend on where the runs of the workflow meet.
    const alone = { reproducible: true, pick: oldestFirst };
    whole = await run('continued', alone);
    cut = await run('continued', { ...alone, on: worlds.impatient });
  });

  test('runs each trial once, with the trials of a stage spread over runs', async () => {
    const runs = (await runsOf(cut.study, worlds.impatient)).map(trialsOf);
    expect(new Set(runs.flat()).size).toBe(runs.flat().length);
    const stagesOf = (trials: readonly string[]): ReadonlySet<string> =>
      new Set(trials.map((trialId) => trialId.split('/')[0] ?? ''));
    const isCutInTheMiddle = runs.some((trials, i) =>
      [...stagesOf(trials)].some((stage) => stagesOf(runs[i + 1] ?? []).has(stage)),
    );
    expect(isCutInTheMiddle).toBe(true);
  });

  test("ends in the same result with the same record, its first run's memo kept", async () => {
    expect(cut.result).toEqual({ ...whole.result, studyRun: cut.study.handle.firstExecutionRunId });
    const publishedBy = ({ study: { log } }: Run) => log.published.map(({ studyRun: _, ...record }) => record);
    expect(publishedBy(cut)).toEqual(publishedBy(whole));
    expect(await worlds.impatient.client.workflow.getHandle(cut.study.handle.workflowId).describe()).toMatchObject({
      status: { name: 'COMPLETED' },
      memo: { stepwellContent: 'continued' },
    });
  });

  test('still knows all its trials', async () => {
    const { stages } = await worlds.impatient.client.workflow
      .getHandle(cut.study.handle.workflowId)
      .query<StudyProgress, []>(STUDY_PROGRESS_QUERY);
    expect(stages.flatMap(({ trials }) => trials.map(({ trialId }) => trialId)).sort()).toEqual(
      cut.asked.map(({ trialId }) => trialId),
    );
  });
});
