import { createColors } from 'picocolors';
import { bar, frame } from '../../../cli/progress/bars';
import { decision, heartbeat, pendingStage, progress, stage, trial, view } from '../fixtures/sample-view';

const plain = { columns: 100, rows: 24, colors: createColors(false) };

const busy = view({
  progress: progress({
    stages: [
      stage({ trials: [trial(1), trial(2, { status: 'running' }), trial(3, { status: 'running' })] }),
      pendingStage,
    ],
  }),
  trials: [{ trialId: 'lr-range-test/002', state: 'training', attempt: 1, progress: heartbeat(), failure: undefined }],
});

describe('progress as bars', () => {
  test('a running stage has a bar, and below it each of its open trials', () => {
    expect(frame(busy, plain)).toEqual([
      'digits  running  1 trial  12 s of device time  1 min 15 s',
      `▸ lr-range-test  ${bar(1 / 3)}  1 of at most 3 trials`,
      `            002  ${bar(0.5)}  step 30/60  epoch 1  loss 0.5123  seed 2 of 3`,
      '            003  waiting  seed 3 of 3',
      '· final-train    how good is it',
    ]);
  });

  test('a decided stage shows its answer in place of its trials', () => {
    const decided = view({
      progress: progress({ stages: [stage({ status: 'decided', trials: [trial(1)], decision }), pendingStage] }),
    });
    expect(frame(decided, plain)[1]).toBe('✓ lr-range-test  the loss falls fastest at 0.003');
  });

  test('a decided stage whose answer a later one replaced says so', () => {
    const later = { ...decision, stage: 'lrRetest', stageId: 'lr-retest', supersedes: ['lr-range-test'] };
    const stages = [
      stage({ status: 'decided', decision }),
      stage({ stage: 'lrRetest', stageId: 'lr-retest', status: 'decided', decision: later }),
    ];
    expect(frame(view({ progress: progress({ stages }) }), plain)[1]).toBe(
      '✓ lr-range-test  replaced by lr-retest; before: the loss falls fastest at 0.003',
    );
  });

  test.each([10, 20, 40, 79])('no row is wider than a terminal of %i columns', (columns) => {
    for (const row of frame(busy, { ...plain, columns })) expect(row.length).toBeLessThanOrEqual(columns);
  });

  test('a cut row ends in an ellipsis', () => {
    expect(frame(busy, { ...plain, columns: 20 })[1]).toBe(`▸ lr-range-test  ${'█'.repeat(2)}…`);
  });

  test.each([2, 3, 4])('a terminal of %i rows keeps one for the cursor', (rows) => {
    expect(frame(busy, { ...plain, rows })).toHaveLength(rows - 1);
  });

  test('colours change no visible character', () => {
    const visible = frame(busy, { ...plain, columns: 60, colors: createColors(true) }).map((row) =>
      row.replace(/\x1b\[\d+m/g, ''),
    );
    expect(visible).toEqual(frame(busy, { ...plain, columns: 60 }));
  });

  test('a trial in a further attempt says why', () => {
    const again = view({
      progress: progress({ stages: [stage({ trials: [trial(2, { status: 'running' })] })] }),
      trials: [
        { trialId: 'lr-range-test/002', state: 'queued', attempt: 2, progress: heartbeat(), failure: 'trainer killed' },
      ],
    });
    expect(frame(again, { ...plain, columns: 200 })[2]).toContain('waiting for a worker  attempt 2: trainer killed');
  });

  test('what waits for a person is marked, with the command that ends the wait last', () => {
    const gated = view({
      progress: progress({ status: 'waiting', stages: [stage({ status: 'waiting' }), pendingStage] }),
    });
    expect(frame(gated, plain).slice(1)).toEqual([
      '‖ lr-range-test  waits for approval',
      '· final-train    how good is it',
      'lr-range-test waits for approval; give it with: stepwell approve digits',
    ]);
    const paused = view({
      progress: progress({ status: 'paused', stages: [stage({ trials: [trial(2, { status: 'running' })] })] }),
    });
    expect(frame(paused, plain).slice(2)).toEqual([
      '            002  paused  seed 2 of 3',
      'the study is paused; go on with: stepwell resume digits',
    ]);
  });

  test('before the first answer the study is starting', () => {
    expect(frame(view({ progress: undefined }), plain)).toEqual(['digits  starting  1 min 15 s']);
  });

  test.each([
    [-1, '░░░░'],
    [0.5, '██░░'],
    [2, '████'],
  ])('a bar at %d is %s', (fraction, shown) => {
    expect(bar(fraction, 4)).toBe(shown);
  });
});
