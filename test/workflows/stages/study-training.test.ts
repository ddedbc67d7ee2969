import { batchSizeLadder } from '../../../workflows/stages/batch-size-ladder/stage';
import { finalTrain } from '../../../workflows/stages/final-train/stage';
import { verifiedSize } from '../../../workflows/stages/batch-size-ladder/verified-size';
import { stopRulesOf, studyTraining } from '../../../workflows/stages/study-training';
import type { Decision, StudyFacts } from '../../../workflows/stages/stage';
import { completed, contextOf, drive, FACTS, INCUMBENT, measured, optionsOf } from '../../support/stages';

const GROWING: StudyFacts = {
  ...FACTS,
  training: { ...FACTS.training, batchSizeSchedule: { name: 'doubling', every: 2, max: 1024, learningRate: 'keep' } },
};

const ladder = (...sizes: readonly number[]): Decision => {
  const [own, ...others] = sizes.map((batchSize) => ({ ...INCUMBENT, batchSize }));
  return {
    stage: 'batchSizeLadder',
    stageId: 'batch-size-ladder',
    hparams: own!,
    because: '',
    confidence: 'high',
    evidence: { trialIds: [], plots: [], tables: [], warnings: [] },
    alternatives: others.map((hparams) => ({ hparams, note: '' })),
  };
};

it('lets batches grow as the study says, at a length of its own', () => {
  expect(studyTraining({ facts: GROWING, decisions: [] }, INCUMBENT, 4)).toMatchObject({
    limit: { epochs: 4 },
    batchGrowth: {
      learningRate: 'keep',
      milestones: [
        { epoch: 1, batchSize: 64 },
        { epoch: 2, batchSize: 128 },
        { epoch: 3, batchSize: 256 },
      ],
    },
  });
  expect(studyTraining({ facts: FACTS, decisions: [] }, INCUMBENT, 4)).not.toHaveProperty('batchGrowth');
});

it('lets none grow beyond what the last ladder ran', () => {
  const decisions = [ladder(64, 512), ladder(32, 16, 128)];
  expect(verifiedSize(decisions)).toBe(128);
  expect(studyTraining({ facts: GROWING, decisions }, INCUMBENT, 8).batchGrowth).toMatchObject({
    milestones: [
      { epoch: 2, batchSize: 64 },
      { epoch: 4, batchSize: 128 },
    ],
  });
  expect(studyTraining({ facts: GROWING, decisions: [ladder(32, 16)] }, INCUMBENT, 8)).not.toHaveProperty(
    'batchGrowth',
  );
});

it('the last of which leaves out a size that passed its rung and then ran out of memory', () => {
  const context = contextOf(optionsOf('batchSizeLadder', { strategy: 'largest', batchSizeMax: 64 }));
  const driven = drive(batchSizeLadder, context, {
    network: ({ label }) =>
      label === 'soak 64'
        ? { status: 'outOfMemory', where: 'device', detail: 'OOM' }
        : completed(1, { stepSeconds: { median: 1, p10: 1, p90: 1, count: 9 } }),
  });
  expect(verifiedSize([batchSizeLadder.decide(driven)])).toBe(32);
});

it('says in the final decision how batches grew, and what held them', () => {
  const line = (epoch: number, batchSize: number): object => ({
    epoch,
    step: epoch,
    learningRate: 1e-3,
    trainLoss: 1,
    values: { valLoss: 1 / epoch, valAccuracy: 0.5 },
    deviceSeconds: 1,
    batchSize,
  });
  const curve = [line(1, 32), line(2, 32), line(3, 64), line(4, 128)] as never;
  const context = contextOf(optionsOf('finalTrain'), { facts: GROWING, decisions: [ladder(32, 128)] });
  const decision = finalTrain.decide(
    drive(finalTrain, context, { network: () => ({ status: 'completed', measurement: measured(0.25, { curve }) }) }),
  );
  expect(decision.because).toMatch(/; its batches grew from 32 to 64 by epoch 3, to 128 by epoch 4$/);
  expect(decision.evidence.warnings.join()).toContain(
    'batches grow no further than to 128, the largest batch size that batchSizeLadder ran',
  );
});

it("stops early by patience or by a rule of Prechelt's", () => {
  expect(stopRulesOf(null)).toEqual({});
  expect(stopRulesOf({ rule: 'patience', patience: 3, minDelta: 0.1 })).toEqual({ patience: 3, minDelta: 0.1 });
  expect(stopRulesOf({ rule: 'UP', strips: 3, stripEpochs: 5 })).toEqual({
    prechelt: { rule: 'UP', strips: 3, stripEpochs: 5 },
  });
});
