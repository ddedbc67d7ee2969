import { noticesOf } from '../../../cli/progress/view';
import { view } from '../fixtures/sample-view';

test('of a study whose planner nobody has a watcher reads why and what helps, and of no worker to start', () => {
  const refusal = 'study digits began with planner version 1, and this worker has 2: it waits for a tuner worker of 1';
  expect(noticesOf(view({ tunerAnswers: false, refusal }))).toEqual([
    `${refusal}; where none will come, end the study with: stepwell cancel digits, and go on from its last decision with: stepwell recover digits`,
  ]);
  expect(noticesOf(view({ tunerAnswers: false }))).toEqual([
    'waiting for a tuner worker; start one with: stepwell worker tuner',
  ]);
});
