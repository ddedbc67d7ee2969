import { NO_RECOVERIES, withReceipts } from '../../../workflows/trials/recoveries';
import { linesBetween } from '../../../cli/progress/lines';
import { decision, heartbeat, pendingStage, progress, stage, trial, view } from '../fixtures/sample-view';

const receipt = {
  trialId: 'lr-range-test/001',
  cause: 'workerLost',
  attempt: 2,
  lastStep: 312,
  resumedAtStep: 300,
  stepsLost: 12,
  deviceSecondsLost: 4,
  worker: 'training@host/1',
} as const;

describe('progress as lines', () => {
  test('a stage that begins is said once, with its question', () => {
    const first = view();
    expect(linesBetween(undefined, first)).toEqual(['lr-range-test begins: which learning rate; at most 3 trials']);
    expect(linesBetween(first, view())).toEqual([]);
  });

  test('every trial that ended since is a line with its score and its time', () => {
    const before = view({
      progress: progress({ stages: [stage({ trials: [trial(1), trial(2, { status: 'running', score: null })] })] }),
    });
    const after = view({
      progress: progress({
        stages: [
          stage({ trials: [trial(1), trial(2), trial(3, { status: 'diverged', score: null, deviceSeconds: 4.25 })] }),
        ],
      }),
    });
    expect(linesBetween(before, after)).toEqual([
      'lr-range-test/002 completed, score 0.25, 12 s (seed 2 of 3)',
      'lr-range-test/003 diverged, 4.3 s (seed 3 of 3)',
    ]);
  });

  test('a range test that broke down has ended its ramp, not failed', () => {
    const ended = [
      trial(1, { status: 'diverged', score: null, brokeDownAt: 0.30123 }),
      trial(2, { status: 'dead', score: null, brokeDownAt: 0.1 }),
    ];
    expect(linesBetween(view(), view({ progress: progress({ stages: [stage({ trials: ended })] }) }))).toEqual([
      'lr-range-test/001 ended the ramp: diverged at 0.3012, 12 s (seed 1 of 3)',
      'lr-range-test/002 ended the ramp: died at 0.1, 12 s (seed 2 of 3)',
    ]);
  });

  test('a decision is told with its reason and its warnings', () => {
    const after = view({ progress: progress({ stages: [stage({ status: 'decided', decision })] }) });
    expect(linesBetween(view(), after)).toEqual([
      'lr-range-test decided: the loss falls fastest at 0.003',
      'lr-range-test warns: the seeds differ by a factor of 4',
    ]);
  });

  test('a decision that replaces an earlier answer says which', () => {
    const later = { ...decision, supersedes: ['lr-range-test-0'] };
    const after = view({ progress: progress({ stages: [stage({ status: 'decided', decision: later })] }) });
    expect(linesBetween(view(), after)).toContain('lr-range-test replaces the answer of lr-range-test-0');
  });

  test('a watcher that comes late hears of all that happened before', () => {
    const late = view({
      progress: progress({
        ...withReceipts({ recoveries: NO_RECOVERIES, receipts: [] }, [receipt]),
        stages: [stage({ status: 'decided', trials: [trial(1)], decision })],
      }),
    });
    expect(linesBetween(undefined, late)).toEqual([
      'lr-range-test/001 recovered: worker lost at step 312, went on from step 300 (12 steps repeated)',
      'lr-range-test begins: which learning rate',
      'lr-range-test/001 completed, score 0.25, 12 s (seed 1 of 3)',
      'lr-range-test decided: the loss falls fastest at 0.003',
      'lr-range-test warns: the seeds differ by a factor of 4',
    ]);
  });

  test('steps of a running trial are no lines', () => {
    const at = (step: number) =>
      view({
        trials: [
          {
            trialId: 'lr-range-test/002',
            state: 'training',
            attempt: 1,
            progress: heartbeat({ step }),
            failure: undefined,
          },
        ],
      });
    expect(linesBetween(at(1), at(40))).toEqual([]);
  });

  test('a failure that repeats is told once, and again when it is another', () => {
    const failing = (attempt: number, failure: string) =>
      view({ trials: [{ trialId: 'lr-range-test/002', state: 'queued', attempt, progress: undefined, failure }] });
    expect(linesBetween(view(), failing(2, 'store is away'))).toEqual([
      'lr-range-test/002 is tried again (attempt 2): store is away',
    ]);
    expect(linesBetween(failing(2, 'store is away'), failing(3, 'store is away'))).toEqual([]);
    expect(linesBetween(failing(3, 'store is away'), failing(4, 'trainer crashed'))).toEqual([
      'lr-range-test/002 is tried again (attempt 4): trainer crashed',
    ]);
  });

  test('missing workers are named with the command that starts one, once', () => {
    const missing = view({ tunerAnswers: false, trainingWorkers: 0 });
    expect(linesBetween(view(), missing)).toEqual([
      'waiting for a tuner worker; start one with: stepwell worker tuner',
      'no training worker; start one with: stepwell worker training',
    ]);
    expect(linesBetween(missing, missing)).toEqual([]);
  });

  test('a server that goes and comes back is told both times', () => {
    const lost = view({}, '14 UNAVAILABLE');
    expect(linesBetween(view(), lost)).toEqual([
      'the Temporal server gives no answer (14 UNAVAILABLE); watching goes on when it is back',
    ]);
    expect(linesBetween(lost, view())).toEqual(['the Temporal server answers again']);
  });

  test('what keeps failing outside the trials is told', () => {
    const retried = [{ what: 'resolveStudy', attempt: 3, failure: 'store is away' }];
    expect(linesBetween(view(), view({ retried }))).toEqual([
      'resolveStudy failed and is tried again (attempt 3): store is away',
    ]);
  });

  test('what people change, and what a study then waits for, is told once', () => {
    const change = {
      what: 'pause',
      detail: 'running trials write checkpoints',
      at: '2026-01-02T03:04:05.000Z',
      by: 'ada',
    } as const;
    const paused = view({ progress: progress({ status: 'paused', changes: [change] }) });
    expect(linesBetween(view(), paused)).toEqual([
      'pause by ada: running trials write checkpoints',
      'the study is paused; go on with: stepwell resume digits',
    ]);
    expect(linesBetween(paused, paused)).toEqual([]);
  });

  test('a stage that waits for approval has not begun', () => {
    const waiting = view({
      progress: progress({ status: 'waiting', stages: [stage({ status: 'waiting' }), pendingStage] }),
    });
    expect(linesBetween(undefined, waiting)).toEqual([
      'lr-range-test waits for approval; give it with: stepwell approve digits',
    ]);
    expect(linesBetween(waiting, view())).toEqual(['lr-range-test begins: which learning rate; at most 3 trials']);
  });

  test('a study that passes to another planner says so once', () => {
    const handovers = [{ stageId: 'lr-range-test', plannerVersion: 3, before: 2 }];
    const passed = view({ progress: progress({ handovers }) });
    expect(linesBetween(view(), passed)).toEqual(['from lr-range-test on by planner version 3 (before: 2)']);
    expect(linesBetween(passed, passed)).toEqual([]);
  });

  test('nothing is said before the study has answered', () => {
    expect(linesBetween(undefined, view({ progress: undefined }))).toEqual([]);
  });
});
