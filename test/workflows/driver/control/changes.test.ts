import { accept, refusalOf } from '../../../../workflows/driver/control/accept';
import type { ChangeInputs, ChangeName } from '../../../../workflows/driver/control/change';
import { STAGES } from '../../../../workflows/stages';
import { stageContext } from '../../../../workflows/driver/stage-context';
import { progressOf, recordOf } from '../../../../workflows/driver/progress';
import { snapshotOf } from '../../../../workflows/driver/snapshot';
import { StudyState } from '../../../../workflows/driver/state';
import type { LiveStudy } from '../../../../workflows/driver/state';
import { decideUpTo, freshStudy, runTrials, unresolvedStudy } from './studies';

const AT = '2026-01-02T03:04:05.000Z';

/** Asks, and does it unless it is refused. @returns what it came to, or why not. */
function ask<Name extends ChangeName>(study: LiveStudy, name: Name, input: ChangeInputs[Name]): string {
  const refusal = refusalOf(study.state, name, input);
  if (refusal !== undefined) return `${refusal.type}: ${refusal.message}`;
  const { state, change } = accept(study.state, name, input, AT);
  study.state = state;
  return change.detail;
}

/** What any client may send, whatever its types say. */
const askAnything = (study: LiveStudy, name: ChangeName, input: unknown): string => ask(study, name, input as never);

const GATED = {
  stages: [
    { stage: 'lrRangeTest', steps: 60 },
    { stage: 'finalTrain', gate: 'approve' },
  ],
} as const;

describe('a change that is accepted', () => {
  test('is recorded with what it came to, when, and by whom', () => {
    const study = freshStudy();
    ask(study, 'pause', { by: 'ada@lab' });
    ask(study, 'setParallelTrials', { parallelTrials: 4 });
    expect(progressOf(study.state).changes).toEqual([
      { what: 'pause', detail: 'running trials write checkpoints and free their devices', at: AT, by: 'ada@lab' },
      { what: 'setParallelTrials', detail: '4 at a time, before 2', at: AT },
    ]);
    expect(recordOf(study.state).progress.changes).toEqual(study.state.control.changes);
  });

  test('is kept when the study continues as new, with all that follows from it', () => {
    const study = freshStudy({ ...GATED, budget: { parallelTrials: 2, maxTrials: 10 } });
    ask(study, 'approve', { stageId: 'final-train' });
    ask(study, 'extendBudget', { trials: 5 });
    ask(study, 'skipStage', { stageId: 'lr-range-test' });
    ask(study, 'pause', {});
    const next = StudyState.of('digits', { studyRun: 'run' }, JSON.parse(JSON.stringify(snapshotOf(study.state))));
    expect(progressOf(next)).toEqual(progressOf(study.state));
    expect(next.control).toEqual(study.state.control);
    expect(next.resolved.budget).toEqual({ parallelTrials: 2, maxTrials: 15, deviceMinutes: null });
  });

  test('is asked for without a trace until then: a refusal changes nothing', () => {
    const study = freshStudy(GATED);
    const before = JSON.stringify([snapshotOf(study.state), progressOf(study.state)]);
    askAnything(study, 'skipStage', { stageId: 'final-train' });
    askAnything(study, 'enqueueTrial', { stageId: 'lr-range-test', hparams: { learningRate: 0.1 } });
    refusalOf(study.state, 'skipStage', { stageId: 'lr-range-test' });
    refusalOf(study.state, 'approve', { stageId: 'final-train' });
    expect(JSON.stringify([snapshotOf(study.state), progressOf(study.state)])).toBe(before);
  });
});

test('a study that nobody changed carries no word of it into its next run', () => {
  expect(snapshotOf(freshStudy().state)).not.toHaveProperty('control');
});

describe('a paused study', () => {
  test('says so, is not paused twice, and goes on once', () => {
    const study = freshStudy();
    expect(ask(study, 'resume', {})).toBe('ChangeRefused: study digits is not paused');
    ask(study, 'pause', {});
    expect(progressOf(study.state).status).toBe('paused');
    expect(ask(study, 'pause', {})).toBe(
      'ChangeRefused: study digits is paused already; go on with: stepwell resume digits',
    );
    ask(study, 'resume', {});
    expect(progressOf(study.state).status).toBe('running');
  });
});

describe('before the data set is read', () => {
  test.each(['pause', 'cancel'] as const)('%s is taken', (name) => {
    expect(ask(unresolvedStudy(), name, {})).not.toMatch(/^Change/);
  });

  test.each<[ChangeName, unknown]>([
    ['approve', {}],
    ['skipStage', { stageId: 'lr-range-test' }],
    ['enqueueTrial', {}],
    ['setParallelTrials', { parallelTrials: 1 }],
    ['extendBudget', { trials: 1 }],
  ])('%s is refused', (name, input) => {
    expect(askAnything(unresolvedStudy(), name, input)).toBe(
      'ChangeRefused: study digits is still reading its data set; try again once its first stage has begun',
    );
  });
});

describe('a study that ends', () => {
  test.each(['completed', 'failed', 'cancelled'] as const)('takes no change once it is %s', (status) => {
    const study = freshStudy();
    study.state = study.state.ending(status);
    expect(ask(study, 'pause', {})).toBe(`ChangeRefused: study digits has ended: it is ${status}`);
  });

  test('takes no change while it is being cancelled, not even another cancellation', () => {
    const study = freshStudy();
    ask(study, 'cancel', {});
    expect(ask(study, 'cancel', {})).toBe('ChangeRefused: study digits is being cancelled');
    expect(ask(study, 'resume', {})).toBe('ChangeRefused: study digits is being cancelled');
  });
});

describe('approval', () => {
  test('opens the gate of the stage that waits, or of a later one by its id or its name', () => {
    const waiting = freshStudy(GATED);
    decideUpTo(waiting, 'final-train');
    expect(progressOf(waiting.state)).toMatchObject({
      status: 'waiting',
      stages: [{ status: 'decided' }, { status: 'decided' }, { status: 'waiting' }],
    });
    expect(ask(waiting, 'approve', {})).toBe('final-train may begin');
    expect(progressOf(waiting.state)).toMatchObject({ status: 'running', stages: [{}, {}, { status: 'pending' }] });
    expect(ask(freshStudy(GATED), 'approve', { stageId: 'final-train' })).toBe('final-train may begin');
    expect(ask(freshStudy(GATED), 'approve', { stageId: 'finalTrain' })).toBe('final-train may begin');
  });

  test('is refused where there is nothing to approve', () => {
    const study = freshStudy(GATED);
    expect(ask(study, 'approve', {})).toBe('ChangeRefused: study digits waits for no approval');
    expect(ask(study, 'approve', { stageId: 'lr-range-test' })).toBe(
      'ChangeRefused: stage lr-range-test has no gate: it begins by itself',
    );
    expect(ask(study, 'approve', { stageId: 'lr-rangetest' })).toBe(
      'ChangeInvalid: stage must be one of lr-range-test, lr-retest, final-train, got lr-rangetest',
    );
    ask(study, 'approve', { stageId: 'final-train' });
    expect(ask(study, 'approve', { stageId: 'final-train' })).toBe(
      'ChangeRefused: stage final-train is approved already',
    );
  });
});

describe('a stage', () => {
  test('may be skipped before it begins and while it runs', () => {
    const study = freshStudy();
    expect(ask(study, 'skipStage', { stageId: 'lr-retest' })).toBe('lr-retest before it began');
    runTrials(study, 2);
    expect(ask(study, 'skipStage', { stageId: 'lr-range-test' })).toBe('lr-range-test after 2 trials');
  });

  test('may not be skipped twice, once it has decided, or if the study is for it', () => {
    const study = freshStudy();
    decideUpTo(study, 'batch-size-ladder');
    ask(study, 'skipStage', { stageId: 'lr-retest-2' });
    expect(ask(study, 'skipStage', { stageId: 'lr-retest-2' })).toBe(
      'ChangeRefused: stage lr-retest-2 is skipped already',
    );
    expect(ask(study, 'skipStage', { stageId: 'lr-range-test' })).toBe(
      'ChangeRefused: stage lr-range-test has decided already',
    );
    expect(ask(study, 'skipStage', { stageId: 'final-train' })).toBe(
      'ChangeInvalid: stage final-train must not be skipped: it trains the model that the study is for',
    );
    expect(askAnything(study, 'skipStage', {})).toMatch(
      /^ChangeInvalid: stage must be one of lr-range-test, .*, got undefined$/,
    );
  });

  test('that is skipped leaves its open trials cancelled', () => {
    const study = freshStudy();
    runTrials(study, 2);
    study.state = study.state.abandoned(study.state.nextStage()!);
    expect(progressOf(study.state).stages[0]?.trials.map(({ status }) => status)).toEqual(['diverged', 'cancelled']);
  });
});

describe('a configuration that somebody enqueues', () => {
  const stageId = 'regularization-sweep';

  test('is what the sweep tries next, the rest as the study stands, and once', () => {
    const study = freshStudy();
    decideUpTo(study, stageId);
    runTrials(study, 2);
    expect(ask(study, 'enqueueTrial', { stageId, hparams: { weightDecay: 0.001 } })).toBe(
      'regularization-sweep: weightDecay 0.001',
    );
    const use = study.state.nextStage()!;
    const suggest = () => STAGES[use.stage]!.suggest(stageContext(study.state, use, study.state.startedTrials(use)));
    expect(suggest()?.hparams).toEqual({ ...study.state.incumbent, weightDecay: 0.001 });
    runTrials(study, 1);
    expect(suggest()?.hparams).not.toEqual({ ...study.state.incumbent, weightDecay: 0.001 });
    expect(ask(study, 'enqueueTrial', { stageId, hparams: { weightDecay: 0.001 } })).toMatch(
      /^ChangeInvalid: .*already/,
    );
  });

  test('may come before its stage', () => {
    expect(ask(freshStudy(), 'enqueueTrial', { stageId, hparams: { weightDecay: 0.001, dropoutRate: 0.2 } })).toBe(
      'regularization-sweep: weightDecay 0.001, dropoutRate 0.2',
    );
  });

  test.each<[unknown, RegExp]>([
    [{}, /at least one hyperparameter/],
    [{ weightdecay: 0.001 }, /weightdecay is not in the space/],
    [{ weightDecay: -1 }, /weightDecay must .*, got -1/],
    [{ weightDecay: 'small' }, /weightDecay must .*, got "small"/],
    [null, /hparams must be a mapping .*, got null/],
    [[1], /hparams must be a mapping .*, got \[1\]/],
  ])('is refused as %j', (hparams, words) => {
    expect(askAnything(freshStudy(), 'enqueueTrial', { stageId, hparams })).toMatch(
      new RegExp(`^ChangeInvalid: .*${words.source}`),
    );
  });

  test('is refused by a stage that searches nothing', () => {
    expect(ask(freshStudy(), 'enqueueTrial', { stageId: 'final-train', hparams: { weightDecay: 0.001 } })).toBe(
      'ChangeInvalid: stage final-train takes no enqueued trials: only sweep does',
    );
  });
});

describe('a budget', () => {
  test('is extended by what is added', () => {
    const study = freshStudy({ budget: { deviceMinutes: 10, maxTrials: 20 } });
    expect(ask(study, 'extendBudget', { deviceMinutes: 2.5, trials: 5 })).toBe(
      '12.5 device minutes, before 10; 25 trials, before 20',
    );
    expect(study.state.resolved.budget).toEqual({ deviceMinutes: 12.5, maxTrials: 25, parallelTrials: 2 });
  });

  test.each<[unknown, string]>([
    [{}, 'ChangeInvalid: a budget is extended by deviceMinutes, by trials or by both, got neither'],
    [{ deviceMinutes: -1 }, 'ChangeInvalid: deviceMinutes must be a number above 0, got -1'],
    [{ deviceMinutes: '5' }, 'ChangeInvalid: deviceMinutes must be a number above 0, got "5"'],
    [{ deviceMinutes: 1e8 }, 'ChangeInvalid: budget.deviceMinutes must be at most 10000000, got 100000010'],
    [{ trials: 1.5 }, 'ChangeInvalid: trials must be a whole number of at least 1, got 1.5'],
    [{ trials: 0 }, 'ChangeInvalid: trials must be a whole number of at least 1, got 0'],
    [{ trials: 1 }, 'ChangeRefused: study digits has no limit of trials to extend'],
  ])('is not extended by %j', (input, refusal) => {
    expect(askAnything(freshStudy({ budget: { deviceMinutes: 10 } }), 'extendBudget', input)).toBe(refusal);
  });
});

test.each<[unknown, string]>([
  [0, 'ChangeInvalid: parallelTrials must be a whole number from 1 to 256, got 0'],
  [2.5, 'ChangeInvalid: parallelTrials must be a whole number from 1 to 256, got 2.5'],
  [257, 'ChangeInvalid: parallelTrials must be a whole number from 1 to 256, got 257'],
  ['4', 'ChangeInvalid: parallelTrials must be a whole number from 1 to 256, got "4"'],
  [2, 'ChangeRefused: study digits runs 2 at a time already'],
])('%j trials at a time are refused', (parallelTrials, refusal) => {
  expect(askAnything(freshStudy(), 'setParallelTrials', { parallelTrials })).toBe(refusal);
});

test('an update of another shape is refused in words', () => {
  expect(askAnything(freshStudy(), 'pause', 'now')).toBe('ChangeInvalid: pause takes a mapping, got "now"');
  expect(askAnything(freshStudy(), 'pause', { by: 7 })).toBe(
    'ChangeInvalid: by must be a text of at most 200 characters',
  );
});

test('a study takes so many changes, and then only what ends or frees it', () => {
  const study = freshStudy();
  for (let i = 0; i < 500; i++) (ask(study, 'pause', {}), ask(study, 'resume', {}));
  expect(ask(study, 'pause', {})).toBe('ChangeRefused: study digits was changed 1000 times and takes no more changes');
  expect(ask(study, 'cancel', {})).not.toMatch(/^Change/);
});
