import { count, duration, hparamsText, number, receiptsText, receiptText } from '../../cli/format';
import type { Receipt } from '../../workflows/words/trial';

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

test.each([
  [0, '0.0 s'],
  [9.94, '9.9 s'],
  [59.4, '59 s'],
  [59.6, '1 min 0 s'],
  [3599.9, '1 h 0 min'],
  [18_600, '5 h 10 min'],
  [183_600, '2 d 3 h'],
])('%d seconds are %s', (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});

test.each([
  [0.123456, '0.1235'],
  [12345.6, '12350'],
  [1e-7, '1e-7'],
  [0, '0'],
  [64, '64'],
])('the number %d is %s', (value, text) => {
  expect(number(value)).toBe(text);
});

test('counts agree with their noun', () => {
  expect([count(0, 'trial'), count(1, 'trial'), count(12_345, 'step')]).toEqual([
    '0 trials',
    '1 trial',
    '12,345 steps',
  ]);
});

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

test('recoveries are summed by what died', () => {
  expect(receiptsText([])).toBe('no recovery was needed');
  expect(receiptsText([{ ...receipt, stepsLost: 0, deviceSecondsLost: 0 }])).toBe(
    '1 recovery (1 x trainer killed), no step repeated',
  );
  expect(receiptsText([receipt, { ...receipt, cause: 'workerLost' }, receipt])).toBe(
    '3 recoveries (2 x trainer killed, 1 x worker lost), 60 steps and 18 s of device time repeated',
  );
});
