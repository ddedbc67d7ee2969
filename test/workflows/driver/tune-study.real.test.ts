import { randomUUID } from 'node:crypto';
import { STUDY_PROGRESS_QUERY } from '../../../workflows/words/contract';
import type { StudyProgress } from '../../../workflows/words/progress';
import { conduct, heldTrials, settled } from '../../support/held-trials';
import { fiveStages, sweepStudy } from '../../support/scripted-files';
import { scriptedWorld } from '../../support/scripted-studies';
import type { ScriptedStudy, ScriptedWorld } from '../../support/scripted-studies';
import { temporalAddress } from '../../support/services';

let world: ScriptedWorld;
beforeAll(async () => {
  world = await scriptedWorld(temporalAddress());
});
afterAll(() => world.stop());

const named = (name: string): string => `${name}-${randomUUID().slice(0, 8)}`;
const progressOf = ({ handle }: ScriptedStudy): Promise<StudyProgress> =>
  handle.query<StudyProgress, []>(STUDY_PROGRESS_QUERY);

/** What the Temporal UI shows of a workflow. */
async function currentDetails({ handle }: ScriptedStudy): Promise<string> {
  const { currentDetails: details } = await handle.query<{ readonly currentDetails: string }, []>(
    '__temporal_workflow_metadata',
  );
  return details;
}

describe('a study of all five stages', () => {
  let study: ScriptedStudy;
  beforeAll(async () => {
    study = await world.start(fiveStages({ name: named('five') }));
    await study.handle.result();
  });

  test('runs them in their order to a result that has every decision with its reason', async () => {
    const result = await study.handle.result();
    expect(result).toMatchObject({
      status: 'completed',
      trials: study.log.started.length,
      model: { uri: expect.stringContaining('final-train/') },
      report: { uri: expect.stringContaining('report.html') },
    });
    expect(result.decisions.map(({ stageId }) => stageId)).toEqual([
      'lr-range-test',
      'lr-retest',
      'batch-size-ladder',
      'lr-retest-2',
      'batch-size-ladder-2',
      'lr-retest-3',
      'regularization-sweep',
      'final-train',
    ]);
    result.decisions.forEach(({ because }) => expect(because).toMatch(/\S/));
    expect(result.test).toEqual({
      values: { loss: expect.any(Number), accuracy: expect.any(Number) },
      examples: 100,
    });
    expect(result.deviceSeconds).toBeGreaterThan(0);
  });

  test("records each decision with its evidence and all of the stage's trials, and hands the hyperparameters on", () => {
    const { decisions, started } = study.log;
    expect(decisions.flatMap(({ trials }) => trials.map(({ trialId }) => trialId)).sort()).toEqual(
      started.map(({ trialId }) => trialId).sort(),
    );
    decisions.forEach(({ decision, trials }) => {
      const shown = decision.evidence.plots.length + decision.evidence.tables.length;
      expect(decision.because.startsWith('nothing to do')).toBe(trials.length === 0);
      expect(shown > 0).toBe(trials.length > 0);
      expect(trials.map(({ status }) => status)).not.toContain('running');
    });
    const tuned = decisions.at(-2)?.decision.hparams;
    expect(started.filter(({ trialId }) => trialId.startsWith('final-train/')).map(({ hparams }) => hparams)).toEqual([
      tuned,
      tuned,
    ]);
  });

  test('warns watchers of what was seen only when the decision was recorded', () => {
    const shown = study.log.published[0]!.progress.stages.map(({ decision }) => decision?.evidence.warnings);
    expect(shown).toEqual(study.log.decisions.map(({ decision }) => decision.evidence.warnings));
    expect(shown.at(-1)).toContain('the best epoch is in the last quarter of the training: more epochs may help');
  });

  test('publishes once, as completed, with the final trial', () => {
    expect(study.log.published).toHaveLength(1);
    expect(study.log.published[0]).toMatchObject({
      progress: { status: 'completed' },
      final: { trialId: expect.stringMatching(/^final-train\//) },
      engines: ['made up'],
    });
    expect(study.log.published[0]).not.toHaveProperty('failure');
  });

  test('shows that it is completed, wherever one looks', async () => {
    expect(await currentDetails(study)).toMatch(/: completed; /);
    expect((await progressOf(study)).stages.map(({ status }) => status)).toEqual(Array(8).fill('decided'));
  });
});

describe('the trials of a stage', () => {
  test('run parallelTrials at once, and whichever ends, the next starts without waiting for the others', async () => {
    const trials = heldTrials();
    const study = await world.start(sweepStudy({ name: named('slots'), budget: { parallelTrials: 3 } }), {
      trial: trials.trial,
    });
    expect(await settled(study, trials)).toEqual([
      'regularization-sweep/000',
      'regularization-sweep/001',
      'regularization-sweep/002',
    ]);
    trials.release('regularization-sweep/001');
    expect(await settled(study, trials)).toEqual([
      'regularization-sweep/000',
      'regularization-sweep/002',
      'regularization-sweep/003',
    ]);
    trials.release('regularization-sweep/003');
    expect(await settled(study, trials)).toEqual([
      'regularization-sweep/000',
      'regularization-sweep/002',
      'regularization-sweep/004',
    ]);
    await study.handle.terminate();
  });

  test('never are more than parallelTrials, in any stage', async () => {
    const trials = heldTrials();
    const study = await world.start(fiveStages({ name: named('most'), budget: { parallelTrials: 3 } }), {
      trial: trials.trial,
    });
    await conduct(study, trials, (running) => running.at(-1));
    expect(await study.handle.result()).toMatchObject({ status: 'completed' });
    expect(study.log.runningMost).toBe(3);
  });

  test('show while they run, in the query and in the table of the Temporal UI', async () => {
    const trials = heldTrials();
    const study = await world.start(sweepStudy({ name: named('shown') }), { trial: trials.trial });
    await settled(study, trials);
    trials.release('regularization-sweep/000');
    await settled(study, trials);
    const progress = await progressOf(study);
    expect(progress).toMatchObject({
      status: 'running',
      trials: 3,
      stages: [
        { status: 'running', trialsPlanned: expect.any(Number) },
        { status: 'pending', trials: [] },
      ],
    });
    expect(progress.stages[0]?.trials.map(({ status, score }) => [status, score === null])).toEqual([
      ['completed', false],
      ['running', true],
      ['running', true],
    ]);
    expect(await currentDetails(study)).toMatch(
      /\| regularization-sweep \| running \| 1 of at most \d+ trials ended \|\n\| final-train \| pending \|/,
    );
    const { raw } = await study.handle.describe();
    expect(raw.pendingActivities?.map(({ activityId }) => activityId).sort()).toEqual([
      'regularization-sweep/001',
      'regularization-sweep/002',
    ]);
    await study.handle.terminate();
  });
});

describe('a budget', () => {
  test.each([1, 3, 8, 13, 20])(
    'of %d trials is kept to, but for the final training, which runs in any case',
    async (maxTrials) => {
      const study = await world.start(fiveStages({ name: named('trials'), budget: { maxTrials, parallelTrials: 2 } }));
      const { trials, test: evaluation } = await study.handle.result();
      expect(trials).toBeLessThanOrEqual(Math.max(maxTrials, 2));
      expect(study.log.started.filter(({ trialId }) => trialId.startsWith('final-train/'))).toHaveLength(2);
      expect(evaluation).not.toBeNull();
    },
  );

  test.each([
    [11, 10, []],
    [10, 9, ['the budget allowed 7 points of 8']],
    [4, 3, ['the budget allowed 2 points of 8', 'the budget ran out in this stage']],
  ])('of %d trials for a plan of 11 warns only of what it forbids', async (maxTrials, searched, warnings) => {
    const study = await world.start(sweepStudy({ name: named('exact'), budget: { maxTrials, parallelTrials: 2 } }));
    await study.handle.result();
    expect(study.log.decisions[0]?.trials).toHaveLength(searched);
    const budgetWarnings = study.log.decisions[0]?.decision.evidence.warnings.filter((warning) =>
      warning.includes('budget'),
    );
    expect(budgetWarnings).toEqual(warnings.map((warning) => expect.stringContaining(warning)));
  });

  test("of device minutes ends the search as soon as it is spent, keeps the final training's share, and says so", async () => {
    const unlimited = await world.start(fiveStages({ name: named('unlimited') }));
    const { deviceSeconds, trials } = await unlimited.handle.result();
    const limited = await world.start(
      fiveStages({ name: named('minutes'), budget: { deviceMinutes: deviceSeconds / 60 / 2 } }),
    );
    const result = await limited.handle.result();
    expect(result.trials).toBeLessThan(trials);
    expect(result.deviceSeconds).toBeLessThan(deviceSeconds);
    expect(limited.log.started.filter(({ trialId }) => trialId.startsWith('final-train/'))).toHaveLength(2);
    expect(limited.log.decisions.flatMap(({ decision }) => decision.evidence.warnings)).toContainEqual(
      expect.stringContaining('the budget ran out in this stage'),
    );
  });
});
