import { hparamsText, receiptText, recoveriesText } from '../../cli/format';
import { NO_RECOVERIES, withReceipts } from '../../workflows/trials/recoveries';
import type { Receipt } from '../../workflows/words/outcome';

const receipt: Receipt = {
  trialId: 'final-train/001',
  cause: 'trainerKilled',
  attempt: 2,
  lastStep: 120,
  resumedAtStep: 100,
  stepsLost: 20,
  deviceSecondsLost: 6,
  worker: 'training@host/1',
};

test('hyperparameters at their default are left out, but for the rate and the batch size', () => {
  expect(hparamsText({ learningRate: 1e-3, batchSize: 32, weightDecay: 0, dropoutRate: 0.25, units: 128 })).toBe(
    'learningRate 0.001, batchSize 32, dropoutRate 0.25, units 128',
  );
});

test('a recovery says what died, where, and what was repeated', () => {
  expect(receiptText(receipt)).toBe('trainer killed at step 120, went on from step 100 (20 steps repeated)');
  expect(receiptText({ ...receipt, resumedAtStep: 120, stepsLost: 0 })).toBe(
    'trainer killed at step 120, went on from step 120',
  );
});

const recoveriesOf = (receipts: readonly Receipt[]): string =>
  recoveriesText(withReceipts({ recoveries: NO_RECOVERIES, receipts: [] }, receipts).recoveries);

test('recoveries are summed by what died', () => {
  expect(recoveriesOf([])).toBe('no recovery was needed');
  expect(recoveriesOf([{ ...receipt, stepsLost: 0, deviceSecondsLost: 0 }])).toBe(
    '1 recovery (1 x trainer killed), no step repeated',
  );
  expect(recoveriesOf([receipt, { ...receipt, cause: 'workerLost' }, receipt])).toBe(
    '3 recoveries (2 x trainer killed, 1 x worker lost), 60 steps and 18 s of device time repeated',
  );
});
