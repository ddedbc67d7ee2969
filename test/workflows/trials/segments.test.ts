import { costOfSegment, receiptsOf, trainingsIn } from '../../../workflows/trials/segments';
import type { Outcome, Receipt } from '../../../workflows/words/outcome';
import type { Trial, TrialSpec } from '../../../workflows/words/trial';
import { measured, resultOf } from '../../support/stages';

const spec = (trialId: string, more: Partial<TrialSpec> = {}): TrialSpec => ({
  trialId,
  label: '',
  hparams: {},
  seed: 1,
  schedule: { name: 'constant' },
  limit: { epochs: 9 },
  stop: {},
  evaluate: { validation: 'epoch', test: false },
  record: { stepLosses: false },
  process: 'warm',
  exportModel: false,
  ...more,
});

function ended(trialSpec: TrialSpec, deviceSeconds: number, status: 'paused' | 'completed', reused = false): Trial {
  const outcome: Outcome = { status, measurement: measured(0.5, { deviceSeconds, examples: 100 * deviceSeconds }) };
  return { spec: trialSpec, result: { ...resultOf(trialSpec, outcome), reused } };
}

const first = ended(spec('sweep/001', { pauseAfterEpochs: 1 }), 10, 'paused');
const second = ended(spec('sweep/001.2', { continues: 'sweep/001', pauseAfterEpochs: 3 }), 30, 'paused');
const third = ended(spec('sweep/001.3', { continues: 'sweep/001.2' }), 90, 'completed');

it('a training in segments costs what it would have cost in one', () => {
  const all = [first, ended(spec('sweep/002'), 5, 'completed'), second, third];
  expect(all.map((trial) => costOfSegment(all, trial).deviceSeconds)).toEqual([10, 5, 20, 60]);
  expect(all.map((trial) => costOfSegment(all, trial).examples)).toEqual([1000, 500, 2000, 6000]);
  expect(trainingsIn(all.map((trial) => trial.spec))).toBe(2);
});

it('a segment that was found in the store cost nothing, and neither does one that runs or ran out of memory', () => {
  const reused = ended(spec('sweep/001.2', { continues: 'sweep/001' }), 30, 'paused', true);
  const none = { deviceSeconds: 0, examples: 0 };
  expect(costOfSegment([first, reused], reused)).toEqual(none);
  expect(costOfSegment([first], { spec: second.spec })).toEqual(none);
  expect(
    costOfSegment([first], {
      spec: second.spec,
      result: resultOf(second.spec, { status: 'outOfMemory', where: 'host', detail: '' }),
    }),
  ).toEqual(none);
});

it('a training that went further than its segment in another study is paid for from there on', () => {
  const further = ended(spec('sweep/001', { pauseAfterEpochs: 1 }), 40, 'paused', true);
  expect(costOfSegment([further, second, third], third).deviceSeconds).toBe(60);
  expect(costOfSegment([further, second], second).deviceSeconds).toBe(0);
});

it('what a recovery had to do again is paid for as well, by the segment that it happened to', () => {
  const lost = (trialId: string): Receipt => ({
    trialId,
    cause: 'workerLost',
    attempt: 2,
    lastStep: 25,
    resumedAtStep: 20,
    stepsLost: 5,
    deviceSecondsLost: 3,
    worker: 'w',
  });
  const withReceipts = ({ spec: own, result }: Trial, receipts: readonly Receipt[]): Trial => ({
    spec: { ...own, hparams: { batchSize: 32 } },
    result: { ...result!, receipts },
  });
  const [one, two] = [
    withReceipts(first, [lost('sweep/001')]),
    withReceipts(second, [lost('sweep/001'), lost('sweep/001.2')]),
  ];
  expect([one, two].map((trial) => costOfSegment([one, two], trial))).toEqual([
    { deviceSeconds: 13, examples: 1160 },
    { deviceSeconds: 23, examples: 2160 },
  ]);
  expect(receiptsOf(two)).toEqual([lost('sweep/001.2')]);
  const out = withReceipts(
    { spec: first.spec, result: resultOf(first.spec, { status: 'outOfMemory', where: 'host', detail: '' }) },
    [lost('sweep/001')],
  );
  expect(costOfSegment([out], out)).toEqual({ deviceSeconds: 3, examples: 160 });
});
