import { cutWarning, isAdmitted } from '../../../../workflows/driver/budget/admission';
import { remainingBudget } from '../../../../workflows/driver/budget/remaining-budget';
import { parseStudy, resolveParsed } from '../../../../workflows/spec';
import type { StudyInput } from '../../../../workflows/spec';
import { StudyState } from '../../../../workflows/driver/state';
import type { LiveStudy } from '../../../../workflows/driver/state';
import type { PinnedDataset, StageUse } from '../../../../workflows/words/study';
import type { TrialSpec } from '../../../../workflows/words/trial';
import { completed, INCUMBENT, resultOf } from '../../../support/stages';
import { fiveStages } from '../../../support/scripted-files';

const SHA = 'd'.repeat(64);

const DATASET: PinnedDataset = {
  sha256: SHA,
  manifest: { key: 'k', sha256: SHA, bytes: 1 },
  source: { format: 'idx', uri: 'data' },
  shape: [8, 8, 1],
  classes: 10,
  validationLabels: Array<number>(10).fill(10),
  split: { seed: 7, trainExamples: 320, validationExamples: 100, testExamples: 100, testFrom: 'test' },
};

function studyOf(budget: StudyInput['budget'], changes: Partial<StudyInput> = {}): LiveStudy {
  const parsed = parseStudy(fiveStages({ name: 'small', budget, ...changes }));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return { state: StudyState.of('small', { studyRun: 'run' }).begun(resolveParsed(parsed.study, DATASET)) };
}

/** The stage that runs. */
function current({ state }: LiveStudy): StageUse {
  const use = state.nextStage();
  if (use === undefined) throw new Error('all stages are decided');
  return use;
}

function spec(study: LiveStudy, changes: Partial<TrialSpec> = {}): TrialSpec {
  const use = current(study);
  return {
    trialId: `${use.stageId}/${study.state.startedTrials(use).length}`,
    label: 'a trial',
    hparams: INCUMBENT,
    seed: 1,
    schedule: { name: 'constant', warmupSteps: 0 },
    limit: { epochs: 1 },
    stop: {},
    evaluate: { validation: 'never', test: false },
    record: { stepLosses: false },
    process: 'warm',
    exportModel: false,
    ...changes,
  };
}

/** Runs a trial of so many seconds and examples. */
function run(study: LiveStudy, deviceSeconds: number, examples = 320): void {
  const trial = spec(study);
  const use = current(study);
  const index = study.state.startedTrials(use).length;
  study.state = study.state.started(use, { spec: trial }).ended(use, index, {
    spec: trial,
    result: resultOf(trial, completed(0.5, { deviceSeconds, examples })),
  });
}

function decide(study: LiveStudy): void {
  const use = current(study);
  study.state = study.state.decided(use, {
    stage: use.stage,
    stageId: use.stageId,
    hparams: INCUMBENT,
    because: '',
    confidence: 'low',
    evidence: { trialIds: [], plots: [], tables: [], warnings: [] },
    alternatives: [],
  });
}

/** Of the final training of `fiveStages`: 4 epochs, twice, on 320 examples. */
const FINAL_EXAMPLES = 2560;

describe('what is left to a stage', () => {
  it('has no end without a limit', () => {
    const study = studyOf({});
    run(study, 1e9);
    expect(remainingBudget(study.state)).toEqual({ deviceSeconds: Infinity, trials: Infinity });
  });

  it("is, before anything was measured, all but the final training's share", () => {
    expect(remainingBudget(studyOf({ deviceMinutes: 100 }).state).deviceSeconds).toBeCloseTo(6000 * 0.85);
  });

  it("holds the final training's time by what was measured", () => {
    const study = studyOf({ deviceMinutes: 100 });
    run(study, 32, 320);
    decide(study);
    expect(remainingBudget(study.state).deviceSeconds).toBeCloseTo(6000 - 32 - FINAL_EXAMPLES * 0.1);
  });

  it('holds the shares of later stages from the second trial on', () => {
    const study = studyOf({ deviceMinutes: 100 });
    run(study, 32, 320);
    const forTuning = 6000 - FINAL_EXAMPLES * 0.1;
    // Of 0.85 the re-tests, the ladders and the sweep have 0.8; three re-tests share their tenth.
    expect(remainingBudget(study.state).deviceSeconds).toBeCloseTo(forTuning * (0.05 / 0.85) - 32);
    decide(study);
    run(study, 32, 320);
    expect(remainingBudget(study.state).deviceSeconds).toBeCloseTo(forTuning * ((0.05 + 0.1 / 3) / 0.85) - 64);
  });

  it('hands on what an earlier stage left, and ends with all of it', () => {
    const study = studyOf({ deviceMinutes: 100 });
    for (let stage = 0; stage < 6; stage++) {
      run(study, 32, 320);
      decide(study);
    }
    run(study, 32, 320);
    expect(current(study).stage).toBe('regularizationSweep');
    expect(remainingBudget(study.state).deviceSeconds).toBeCloseTo(6000 - FINAL_EXAMPLES * 0.1 - 7 * 32);
  });

  it("follows the study's own shares", () => {
    const study = studyOf({ deviceMinutes: 100, stageShares: { lrRangeTest: 0.4, finalTrain: 0.5 } });
    run(study, 32, 320);
    expect(remainingBudget(study.state).deviceSeconds).toBeCloseTo(3000 * (0.4 / 1.2) - 32);
  });

  it('counts trials as before', () => {
    const study = studyOf({ maxTrials: 20 });
    run(study, 32);
    expect(remainingBudget(study.state)).toEqual({ deviceSeconds: Infinity, trials: 17 });
  });
});

describe('a trial is admitted', () => {
  it('while nothing was measured', () => {
    expect(isAdmitted(studyOf({ deviceMinutes: 0.001 }).state, current(studyOf({})), spec(studyOf({})))).toBe(true);
  });

  it("if it can end within the stage's time, with a margin of a fifth", () => {
    const study = studyOf({ deviceMinutes: 100 });
    run(study, 32, 320);
    // 305.9 s are left to the range test; a pass takes 32 s.
    const { deviceSeconds } = remainingBudget(study.state);
    const epochs = Math.floor(deviceSeconds / 32 / 1.2);
    expect(isAdmitted(study.state, current(study), spec(study, { limit: { epochs } }))).toBe(true);
    expect(isAdmitted(study.state, current(study), spec(study, { limit: { epochs: epochs + 1 } }))).toBe(false);
  });

  it('beside those that run only if there is time for all', () => {
    const study = studyOf({ deviceMinutes: 100 });
    run(study, 32, 320);
    const half = spec(study, { limit: { epochs: 4 } });
    expect(isAdmitted(study.state, current(study), half)).toBe(true);
    study.state = study.state.started(current(study), { spec: half });
    expect(isAdmitted(study.state, current(study), spec(study, { limit: { epochs: 4 } }))).toBe(false);
  });

  it('up to its pause, and from where it goes on', () => {
    const study = studyOf({ deviceMinutes: 100 });
    run(study, 32, 320);
    expect(isAdmitted(study.state, current(study), spec(study, { limit: { epochs: 100 } }))).toBe(false);
    expect(isAdmitted(study.state, current(study), spec(study, { limit: { epochs: 100 }, pauseAfterEpochs: 2 }))).toBe(
      true,
    );
    const earlier = study.state.startedTrials(current(study))[0]!.spec.trialId;
    expect(isAdmitted(study.state, current(study), spec(study, { limit: { epochs: 7 } }))).toBe(true);
    expect(isAdmitted(study.state, current(study), spec(study, { limit: { epochs: 8 } }))).toBe(false);
    expect(isAdmitted(study.state, current(study), spec(study, { limit: { epochs: 8 }, continues: earlier }))).toBe(
      true,
    );
  });

  it('in any case, if its stage must run', () => {
    const study = studyOf({ deviceMinutes: 1 });
    while (current(study).stage !== 'finalTrain') {
      run(study, 100, 320);
      decide(study);
    }
    expect(isAdmitted(study.state, current(study), spec(study, { limit: { epochs: 1000 } }))).toBe(true);
  });

  it('or the decision says what it would have taken, and what there was', () => {
    const study = studyOf({ deviceMinutes: 100 });
    run(study, 32, 320);
    const next = spec(study, { label: 'seed 2 of 2', limit: { epochs: 100 } });
    expect(cutWarning(study.state, current(study), next)).toBe(
      'the budget ran out in this stage: the answer rests on fewer trials than planned; the next (seed 2 of 2) needs about 3840 s of device time, of which the stage has 306 s left',
    );
  });
});

describe('the study language', () => {
  const problems = (study: Partial<StudyInput>): readonly string[] => {
    const parsed = parseStudy(fiveStages({ name: 'small', ...study }));
    return parsed.ok ? [] : parsed.problems.map(({ path, rule }) => `${path}: ${rule}`);
  };

  it('refuses a limit of time in a reproducible study', () => {
    expect(problems({ reproducible: true, budget: { deviceMinutes: 10 } })).toEqual([
      'budget.deviceMinutes: must be left out of a reproducible study: which trials a limit of time cuts depends on how fast the machine was',
    ]);
    expect(problems({ reproducible: true, budget: { maxTrials: 10 } })).toEqual([]);
  });

  it('has shares of stages that there are, of something, of at most all', () => {
    expect(problems({ budget: { deviceMinutes: 10, stageShares: { lrRangeTst: 0.1 } } })).toEqual([
      'budget.stageShares.lrRangeTst: unknown key',
    ]);
    expect(problems({ budget: { deviceMinutes: 10, stageShares: { lrRangeTest: 0.6, finalTrain: 0.5 } } })).toEqual([
      'budget.stageShares: must be at most 1 in all',
    ]);
    expect(problems({ budget: { stageShares: { lrRangeTest: 0.6 } } })).toEqual([
      'budget.stageShares: are shares of deviceMinutes, which must be set as well',
    ]);
  });
});
