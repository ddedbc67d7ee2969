import type { PreviousAttempt } from '../../../activities/ledger/ledger';
import { receiptOf } from '../../../activities/trial/receipt';
import type { Recovery } from '../../../activities/trial/receipt';
import type { TrialProgress } from '../../../workflows/words/contract';
import { ownerOf } from '../ledger/trial-support';

const previousOf = (previous: Partial<PreviousAttempt> = {}): PreviousAttempt => ({
  owner: ownerOf(),
  death: null,
  step: 0,
  deviceSeconds: 0,
  ...previous,
});
const heartbeatOf = (step: number, deviceSeconds: number): TrialProgress => ({
  trialId: 'x',
  step,
  stepsTotal: 1000,
  epoch: 1,
  loss: 1,
  checkpointStep: 0,
  deviceSeconds,
});
const recovery = (parts: Partial<Recovery>): Recovery => ({
  trialId: 'final-train/000',
  previous: null,
  heartbeat: undefined,
  restored: null,
  attempt: 2,
  worker: 'host/2',
  ...parts,
});

test('a first attempt has nothing to recover from', () => {
  expect(receiptOf(recovery({}))).toBeUndefined();
  expect(receiptOf(recovery({ heartbeat: heartbeatOf(10, 1) }))).toBeUndefined();
});

test('a worker that died without a word lost what lies between its last heartbeat and its last checkpoint', () => {
  const receipt = receiptOf(
    recovery({
      previous: previousOf({ step: 400, deviceSeconds: 40 }),
      heartbeat: heartbeatOf(437, 43.5),
      restored: { step: 400, deviceSeconds: 40 },
    }),
  );
  expect(receipt).toEqual({
    trialId: 'final-train/000',
    attempt: 2,
    worker: 'host/2',
    cause: 'workerLost',
    lastStep: 437,
    resumedAtStep: 400,
    stepsLost: 37,
    deviceSecondsLost: 3.5,
  });
});

test('a note of death is the cause, and counts if it knows more steps and seconds than the heartbeat', () => {
  const previous = previousOf({
    death: { cause: 'trainerKilled', step: 450, deviceSeconds: 44.5 },
    step: 400,
    deviceSeconds: 40,
  });
  expect(
    receiptOf(recovery({ previous, heartbeat: heartbeatOf(437, 43.5), restored: { step: 400, deviceSeconds: 40 } })),
  ).toMatchObject({ cause: 'trainerKilled', lastStep: 450, stepsLost: 50, deviceSecondsLost: 4.5 });
});

test('a worker that stopped in order lost nothing', () => {
  const previous = previousOf({
    death: { cause: 'workerStopped', step: 412, deviceSeconds: 41 },
    step: 412,
    deviceSeconds: 41,
  });
  expect(
    receiptOf(recovery({ previous, heartbeat: heartbeatOf(405, 40), restored: { step: 412, deviceSeconds: 41 } })),
  ).toMatchObject({ cause: 'workerStopped', stepsLost: 0, deviceSecondsLost: 0 });
});

test('a damaged newest checkpoint costs the way back to the one before', () => {
  const receipt = receiptOf(
    recovery({ previous: previousOf({ step: 400, deviceSeconds: 40 }), restored: { step: 300, deviceSeconds: 30 } }),
  );
  expect(receipt).toMatchObject({ lastStep: 400, resumedAtStep: 300, stepsLost: 100, deviceSecondsLost: 10 });
});

test('without a checkpoint all is lost', () => {
  expect(receiptOf(recovery({ previous: previousOf(), heartbeat: heartbeatOf(80, 8) }))).toMatchObject({
    lastStep: 80,
    resumedAtStep: 0,
    stepsLost: 80,
    deviceSecondsLost: 8,
  });
});
