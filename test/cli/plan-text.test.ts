import { planText } from '../../cli/plan-text';
import type { StudyPlan } from '../../workflows/planning/simulate';

const plan: StudyPlan = {
  stages: [
    {
      stage: 'lrRetest',
      stageId: 'lr-retest',
      question: 'whether the rate still fits',
      inserted: 'the batch size may change',
      trials: [
        {
          trialId: 'lr-retest/000',
          label: 'factor 2',
          changes: { learningRate: 0.0123456 },
          batchSize: 64,
          epochs: 2.004,
          steps: 40,
          examples: 2560,
        },
      ],
      atMost: { trials: 3, steps: 120, examples: 7680 },
    },
    {
      stage: 'finalTrain',
      stageId: 'final-train',
      question: 'how good it is',
      trials: [],
      atMost: { trials: 1, steps: 20, examples: 1280 },
    },
  ],
  expected: { trials: 1, steps: 40, examples: 2560 },
  atMost: { trials: 4, steps: 140, examples: 8960 },
};

const options = { trials: false, imagesPerSecond: undefined, parallelTrials: 2 };

test('a plan is a table of the stages, what is expected and the most that it can be', () => {
  expect(planText('digits', plan, options).split('\n').slice(2, 8)).toEqual([
    'stage        question                     trials  steps  examples  at most',
    'lr-retest    whether the rate still fits  1       40     2,560     3 trials, 7,680 examples',
    'final-train  how good it is               0       0      0         1 trial, 1,280 examples',
    'all                                       1       40     2,560     4 trials, 8,960 examples',
    '',
    'lr-retest is put in: the batch size may change',
  ]);
});

test('a gate is named where the study will wait', () => {
  const [first, last] = plan.stages;
  const gated = planText('digits', { ...plan, stages: [first!, { ...last!, gate: 'approve' }] }, options);
  expect(gated).toContain('\n\nbefore final-train the study waits for: stepwell approve digits\n\n');
});

test('device time is estimated from a measured rate only', () => {
  expect(planText('digits', plan, options)).not.toContain('device time is');
  expect(planText('digits', plan, { ...options, imagesPerSecond: 100 })).toMatch(
    /device time +at most[^]*26 s[^]*device time is for training at 100 images a second, evaluations left out: 26 s in all; 2 trials at a time/,
  );
});

test('every trial is listed on demand, with what is changed in it', () => {
  const text = planText('digits', plan, { ...options, trials: true });
  expect(text).toContain('  lr-retest/000  factor 2  batch 64  40 steps  2.004 epochs  learningRate 0.01235');
  expect(text).toContain('final-train\n  no trial');
});
