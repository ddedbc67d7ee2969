import { cutWarning, isAdmitted } from '../../../../workflows/driver/budget/admission';
import { remainingBudget } from '../../../../workflows/driver/budget/remaining-budget';
import { parseStudy, resolveParsed } from '../../../../workflows/spec';
import type { StudyInput } from '../../../../workflows/spec';
import { StudyState } from '../../../../workflows/driver/state';
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
  split: { seed: 7, trainExamples: 320, validationExamples: 100, testExamples: 100, testFrom: 'test' },
};

function stateOf(budget: StudyInput['budget'], changes: Partial<StudyInput> = {}): StudyState {
  const parsed = parseStudy(fiveStages({ name: 'small', budget, ...changes }));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const state = new StudyState('small', '', { studyRun: 'run' });
  state.start(resolveParsed(parsed.study, DATASET));
  return state;
}

/** The stage that runs. */
function current(state: StudyState): StageUse {
  const use = state.nextStage();
  if (use === undefined) throw new Error('all stages are decided');
  return use;
}

function spec(state: StudyState, changes: Partial<TrialSpec> = {}): TrialSpec {
  const use = current(state);
  return {
    trialId: `${use.stageId}/${state.startedTrials(use).length}`,
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
function run(state: StudyState, deviceSeconds: number, examples = 320): void {
  const trial = spec(state);
  const index = state.startedTrials(current(state)).length;
  state.started(current(state), { spec: trial });
  state.ended(current(state), index, {
    spec: trial,
    result: resultOf(trial, completed(0.5, { deviceSeconds, examples })),
  });
}

function decide(state: StudyState): void {
  const use = current(state);
  state.decide(use, {
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
    const state = stateOf({});
    run(state, 1e9);
    expect(remainingBudget(state)).toEqual({ deviceSeconds: Infinity, trials: Infinity });
  });

  it("is, before anything was measured, all but the final training's share", () => {
    expect(remainingBudget(stateOf({ deviceMinutes: 100 })).deviceSeconds).toBeCloseTo(6000 * 0.85);
  });

  it("holds the final training's time by what was measured", () => {
    const state = stateOf({ deviceMinutes: 100 });
    run(state, 32, 320);
    decide(state);
    expect(remainingBudget(state).deviceSeconds).toBeCloseTo(6000 - 32 - FINAL_EXAMPLES * 0.1);
  });

  it('holds the shares of later stages from the second trial on', () => {
    const state = stateOf({ deviceMinutes: 100 });
    run(state, 32, 320);
    const forTuning = 6000 - FINAL_EXAMPLES * 0.1;
    // Of 0.85 the ladder, the re-test and the sweep have 0.8.
    expect(remainingBudget(state).deviceSeconds).toBeCloseTo(forTuning * (0.05 / 0.85) - 32);
    decide(state);
    run(state, 32, 320);
    expect(remainingBudget(state).deviceSeconds).toBeCloseTo(forTuning * (0.15 / 0.85) - 64);
  });

  it('hands on what an earlier stage left, and ends with all of it', () => {
    const state = stateOf({ deviceMinutes: 100 });
    for (let stage = 0; stage < 3; stage++) {
      run(state, 32, 320);
      decide(state);
    }
    run(state, 32, 320);
    expect(current(state).stage).toBe('regularizationSweep');
    expect(remainingBudget(state).deviceSeconds).toBeCloseTo(6000 - FINAL_EXAMPLES * 0.1 - 4 * 32);
  });

  it("follows the study's own shares", () => {
    const state = stateOf({ deviceMinutes: 100, stageShares: { lrRangeTest: 0.4, finalTrain: 0.5 } });
    run(state, 32, 320);
    expect(remainingBudget(state).deviceSeconds).toBeCloseTo(3000 * (0.4 / 1.2) - 32);
  });

  it('counts trials as before', () => {
    const state = stateOf({ maxTrials: 20 });
    run(state, 32);
    expect(remainingBudget(state)).toEqual({ deviceSeconds: Infinity, trials: 17 });
  });
});

describe('a trial is admitted', () => {
  it('while nothing was measured', () => {
    expect(isAdmitted(stateOf({ deviceMinutes: 0.001 }), current(stateOf({})), spec(stateOf({})))).toBe(true);
  });

  it("if it can end within the stage's time, with a margin of a fifth", () => {
    const state = stateOf({ deviceMinutes: 100 });
    run(state, 32, 320);
    // 305.9 s are left to the range test; a pass takes 32 s.
    const { deviceSeconds } = remainingBudget(state);
    const epochs = Math.floor(deviceSeconds / 32 / 1.2);
    expect(isAdmitted(state, current(state), spec(state, { limit: { epochs } }))).toBe(true);
    expect(isAdmitted(state, current(state), spec(state, { limit: { epochs: epochs + 1 } }))).toBe(false);
  });

  it('beside those that run only if there is time for all', () => {
    const state = stateOf({ deviceMinutes: 100 });
    run(state, 32, 320);
    const half = spec(state, { limit: { epochs: 4 } });
    expect(isAdmitted(state, current(state), half)).toBe(true);
    state.started(current(state), { spec: half });
    expect(isAdmitted(state, current(state), spec(state, { limit: { epochs: 4 } }))).toBe(false);
  });

  it('up to its pause, and from where it goes on', () => {
    const state = stateOf({ deviceMinutes: 100 });
    run(state, 32, 320);
    expect(isAdmitted(state, current(state), spec(state, { limit: { epochs: 100 } }))).toBe(false);
    expect(isAdmitted(state, current(state), spec(state, { limit: { epochs: 100 }, pauseAfterEpochs: 2 }))).toBe(true);
    const earlier = state.startedTrials(current(state))[0]!.spec.trialId;
    expect(isAdmitted(state, current(state), spec(state, { limit: { epochs: 7 } }))).toBe(true);
    expect(isAdmitted(state, current(state), spec(state, { limit: { epochs: 8 } }))).toBe(false);
    expect(isAdmitted(state, current(state), spec(state, { limit: { epochs: 8 }, continues: earlier }))).toBe(true);
  });

  it('in any case, if its stage must run', () => {
    const state = stateOf({ deviceMinutes: 1 });
    while (current(state).stage !== 'finalTrain') {
      run(state, 100, 320);
      decide(state);
    }
    expect(isAdmitted(state, current(state), spec(state, { limit: { epochs: 1000 } }))).toBe(true);
  });

  it('or the decision says what it would have taken, and what there was', () => {
    const state = stateOf({ deviceMinutes: 100 });
    run(state, 32, 320);
    const next = spec(state, { label: 'seed 2 of 2', limit: { epochs: 100 } });
    expect(cutWarning(state, current(state), next)).toBe(
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
