import { recordOf, progressOf } from '../../../workflows/driver/progress';
import { snapshotOf } from '../../../workflows/driver/snapshot';
import { NO_RECOVERIES, withReceipts } from '../../../workflows/trials/recoveries';
import type { Receipt } from '../../../workflows/words/outcome';
import { STAGES } from '../../../workflows/stages';
import { stageContext } from '../../../workflows/driver/stage-context';
import { plausibleOutcome } from '../../../workflows/stages/plausible-outcome';
import { resultOf } from '../../support/stages';
import { freshStudy } from '../driver/control/studies';

const receipt = (trialId: string, i: number): Receipt => ({
  trialId,
  cause: i % 3 === 0 ? 'workerLost' : 'trainerKilled',
  attempt: 1,
  lastStep: 100 + i,
  resumedAtStep: 96 + i,
  stepsLost: 4,
  deviceSecondsLost: 0.5,
  worker: 'training@ip-10-0-12-34.eu-central-1.compute.internal/12345',
});
const many = (count: number, trialId = 'sweep/001') => Array.from({ length: count }, (_, i) => receipt(trialId, i));

test('recoveries are summed, and the newest are kept whole', () => {
  const record = withReceipts({ recoveries: NO_RECOVERIES, receipts: [] }, many(60));
  expect(record.recoveries).toEqual({
    count: 60,
    causes: { workerLost: 20, trainerKilled: 40 },
    stepsLost: 240,
    deviceSecondsLost: 30,
  });
  expect(record.receipts).toEqual(many(60).slice(-50));
  expect(
    withReceipts(withReceipts({ recoveries: NO_RECOVERIES, receipts: [] }, many(60).slice(0, 7)), many(60).slice(7)),
  ).toEqual(record);
});

test('a trial that was taken back and lost nothing is no recovery, one that had to do steps again is', () => {
  const none = { recoveries: NO_RECOVERIES, receipts: [] };
  const takenBack = { ...receipt('sweep/001', 1), cause: 'takenBack', stepsLost: 0 } as const;
  expect(withReceipts(none, [takenBack, takenBack])).toEqual(none);
  const lost = { ...takenBack, stepsLost: 3 };
  const stopped = { ...takenBack, cause: 'workerStopped' } as const;
  expect(withReceipts(none, [takenBack, lost, stopped])).toMatchObject({
    recoveries: { count: 2, causes: { takenBack: 1, workerStopped: 1 } },
    receipts: [lost, stopped],
  });
});

test('a study with ten thousand recoveries can continue as new, be watched and be published', () => {
  const { state } = freshStudy();
  const use = state.nextStage()!;
  const spec = STAGES[use.stage]!.suggest(stageContext(state, use, []))!;
  const outcome = plausibleOutcome(spec, state.facts);
  const result = { ...resultOf(spec, outcome), receipts: many(10_000, spec.trialId) };
  const ended = state.started(use, { spec }).ended(use, 0, { spec, result });
  expect(progressOf(ended).recoveries.count).toBe(10_000);
  // The trial itself, which has them all here, is left out.
  const sizes = [snapshotOf(ended.paged(use, ended.startedTrials(use))), progressOf(ended), recordOf(ended)].map(
    (value) => JSON.stringify(value).length,
  );
  expect(Math.max(...sizes)).toBeLessThan(100_000);
});
