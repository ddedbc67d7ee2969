import { STAGES } from '../../../workflows/stages';
import type { Decision } from '../../../workflows/stages/stage';
import { stageInUse } from '../../../workflows/stages/stage-in-use';
import type { StageUse } from '../../../workflows/words/study';
import { completed, contextOf, drive, INCUMBENT, optionsOf } from '../../support/stages';

const USE: StageUse = {
  stage: 'lrRetest',
  stageId: 'lr-retest-2',
  options: optionsOf('lrRetest'),
  onlyIfMoved: { batchSize: 1, learningRate: 2 },
};

const answered = (stage: string, stageId: string, hparams: object, changes: Partial<Decision> = {}): Decision => ({
  stage,
  stageId,
  hparams: { ...INCUMBENT, ...hparams },
  because: 'made up',
  confidence: 'medium',
  evidence: { trialIds: [], plots: [], tables: [], warnings: [] },
  alternatives: [],
  ...changes,
});

const asked = (decisions: readonly Decision[], use: StageUse = USE) => {
  const stage = stageInUse(STAGES, use)!;
  const context = contextOf(use.options, { decisions, stageId: use.stageId, incumbent: decisions.at(-1)!.hparams });
  const best = ({ hparams }: { readonly hparams: object }) =>
    completed(0.1 + Math.log2(Number((hparams as { learningRate: number }).learningRate) / 1e-3) ** 2);
  const driven = drive(stage, context, { network: best });
  return { trials: driven.trials.length, planned: stage.estimate(context).trials, decision: stage.decide(driven) };
};

it('trains nothing and says so where nothing has moved since its last answer', () => {
  const doubts = ['one seed'];
  const { trials, planned, decision } = asked([
    answered('lrRetest', 'lr-retest', { learningRate: 1e-3 }, { doubts }),
    answered('batchSizeLadder', 'batch-size-ladder', { learningRate: 2e-3 }),
  ]);
  expect([trials, planned]).toEqual([0, 0]);
  expect(decision).toEqual({
    stage: 'lrRetest',
    stageId: 'lr-retest-2',
    hadNothingToDo: true,
    hparams: { ...INCUMBENT, learningRate: 2e-3 },
    because:
      'nothing to do: batchSize has not moved and learningRate has not moved by more than 2 times since lr-retest, whose answer holds',
    confidence: 'medium',
    doubts,
    evidence: { trialIds: [], plots: [], tables: [], warnings: [] },
    alternatives: [],
  });
});

it.each([
  ['has moved either way', { batchSize: 16 }, USE],
  ['has moved further than its factor', { learningRate: 2.1e-3 }, USE],
  ['does not matter', {}, { ...USE, onlyIfMoved: {} as never, options: USE.options } as StageUse],
] as const)('is asked as ever where a hyperparameter %s', (what, moved, use) => {
  const { onlyIfMoved: _, ...always } = use;
  const { trials } = asked(
    [answered('lrRetest', 'lr-retest', {}), answered('batchSizeLadder', 'batch-size-ladder', moved)],
    what === 'does not matter' ? always : use,
  );
  expect(trials).toBeGreaterThan(0);
});

it('is asked as ever where it has not answered before', () => {
  expect(asked([answered('batchSizeLadder', 'batch-size-ladder', {})]).trials).toBeGreaterThan(0);
});

it('marks the answers to the same question that do not hold, each once', () => {
  const range = answered('lrRangeTest', 'lr-range-test', { learningRate: 2.5e-4 });
  const first = answered('lrRetest', 'lr-retest', { learningRate: 4e-3 }, { supersedes: ['lr-range-test'] });
  const ladder = answered('batchSizeLadder', 'batch-size-ladder', { learningRate: 4e-3, batchSize: 64 });
  expect(asked([range], { ...USE, stageId: 'lr-retest' }).decision).toMatchObject({
    hparams: { learningRate: 1e-3 },
    supersedes: ['lr-range-test'],
  });
  expect(asked([range, first, ladder]).decision.supersedes).toEqual(['lr-retest']);
  // An answer that is confirmed holds.
  expect(asked([answered('lrRangeTest', 'lr-range-test', { learningRate: 1e-3 })]).decision).not.toHaveProperty(
    'supersedes',
  );
});
