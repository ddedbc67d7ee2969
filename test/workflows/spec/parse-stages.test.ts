import { parseStudy } from '../../../workflows/spec';
import { STAGE_NAMES } from '../../../workflows/spec/stage-uses';
import { STAGES } from '../../../workflows/stages';
import { MINIMAL, parsed, problems, SWEEP, withStages } from './parsing';

describe('stages', () => {
  it('has a re-test put in after a range test and a ladder, and the ladder again, visibly, unless a learning-rate stage is there', () => {
    const stages = (...names: readonly string[]) =>
      parsed(withStages(...names.map((stage) => (stage === 'regularizationSweep' ? SWEEP : { stage })))).stages.map(
        ({ stage, inserted, onlyIfMoved }) => [stage, inserted !== undefined, onlyIfMoved],
      );
    expect(stages('lrRangeTest', 'batchSizeLadder', 'finalTrain')).toEqual([
      ['lrRangeTest', false, undefined],
      ['lrRetest', true, undefined],
      ['batchSizeLadder', false, undefined],
      ['lrRetest', true, { batchSize: 1 }],
      ['batchSizeLadder', true, { learningRate: 2 }],
      ['lrRetest', true, { batchSize: 1 }],
      ['finalTrain', false, undefined],
    ]);
    expect(stages('lrRangeTest', 'lrRetest', 'batchSizeLadder', 'lrRangeTest')).toEqual([
      ['lrRangeTest', false, undefined],
      ['lrRetest', false, undefined],
      ['batchSizeLadder', false, undefined],
      ['lrRangeTest', false, undefined],
      ['lrRetest', true, undefined],
    ]);
    expect(stages('batchSizeLadder', 'lrRetest')).toEqual([
      ['batchSizeLadder', false, undefined],
      ['lrRetest', false, undefined],
    ]);
  });

  it('has none put in after a stage that says so', () => {
    const study = parsed(withStages({ stage: 'lrRangeTest', inserts: false }, { stage: 'finalTrain' }));
    expect(study.stages.map(({ stage }) => stage)).toEqual(['lrRangeTest', 'finalTrain']);
    expect(study.stages[0]).not.toHaveProperty('inserts');
    expect(study.stages[0]?.options).not.toHaveProperty('inserts');
  });

  it('races again with the options of the first race', () => {
    const study = parsed(withStages({ stage: 'batchSizeLadder', batchSizeMax: 256 }));
    const ladders = study.stages.filter(({ stage }) => stage === 'batchSizeLadder');
    expect(ladders.map(({ stageId }) => stageId)).toEqual(['batch-size-ladder', 'batch-size-ladder-2']);
    expect(ladders[1]?.options).toEqual(ladders[0]?.options);
  });

  it('may hang on what has moved, which is none of its options', () => {
    const study = parsed(withStages({ ...SWEEP, onlyIfMoved: { batchSize: 1 } }));
    expect(study.stages[0]?.onlyIfMoved).toEqual({ batchSize: 1 });
    expect(study.stages[0]?.options).not.toHaveProperty('onlyIfMoved');
    expect(problems(withStages({ ...SWEEP, onlyIfMoved: {} }))).toMatch(
      /onlyIfMoved: must name learningRate or batchSize/,
    );
    expect(problems(withStages({ ...SWEEP, onlyIfMoved: { learningRate: 0.5 } }))).toMatch(/must be at least 1/);
  });

  it("may have a gate before any stage, which is none of the stage's options", () => {
    const study = parsed(withStages({ ...SWEEP, gate: 'approve' }, { stage: 'finalTrain', gate: 'approve' }));
    expect(study.stages.map(({ gate }) => gate)).toEqual(['approve', 'approve']);
    expect(study.stages[1]?.options).not.toHaveProperty('gate');
    expect(parsed(MINIMAL).stages[0]).not.toHaveProperty('gate');
    expect(problems(withStages({ stage: 'finalTrain', gate: 'manual' }))).toMatch(
      /^stages.0.gate: must be approve, got "manual"/,
    );
  });

  it('numbers repeated stages', () => {
    const study = parsed(withStages(SWEEP, { ...SWEEP, trials: 5 }, { stage: 'finalTrain' }));
    expect(study.stages.map(({ stageId }) => stageId)).toEqual([
      'regularization-sweep',
      'regularization-sweep-2',
      'final-train',
    ]);
  });

  it('is a range of learning rates narrower than a decade, and factors without the present rate', () => {
    expect(problems(withStages({ stage: 'lrRangeTest', from: 0.1, to: 0.2 }))).toBe(
      'stages.0.to: must be at least 10 times from, got 0.2',
    );
    expect(
      problems(
        withStages({ stage: 'lrRangeTest' }, { stage: 'batchSizeLadder' }, { stage: 'lrRetest', factors: [0.5, 2] }),
      ),
    ).toMatch(/stages.2.factors: must include 1/);
  });
});

describe('the order of stages', () => {
  it.each([
    [
      'a stage after finalTrain',
      [{ stage: 'finalTrain' }, SWEEP],
      /stages.1.stage: must come before finalTrain \(stages.0\)/,
    ],
    [
      'two final trainings',
      [{ stage: 'finalTrain' }, { stage: 'finalTrain' }],
      /must not repeat finalTrain.*set its replicates/,
    ],
    ['the same question twice', [SWEEP, SWEEP], /must not repeat stages.0 with the same options/],
    [
      'a re-test with nothing to test again',
      [{ stage: 'lrRetest' }],
      /must not come first.*use lrRangeTest, or set training.hparams.learningRate/,
    ],
  ])('refuses %s, and says why', (_, stages, message) => {
    expect(problems(withStages(...stages))).toMatch(message);
  });

  it('takes any other', () => {
    expect(problems({ ...withStages({ stage: 'lrRetest' }), training: { hparams: { learningRate: 0.01 } } })).toBe('');
    expect(problems(withStages(SWEEP, { stage: 'lrRetest' }, { ...SWEEP, trials: 4 }))).toBe('');
    expect(problems(withStages({ stage: 'lrRangeTest' }, { stage: 'lrRetest' }))).toBe('');
  });

  it('warns of a sweep before the ladder', () => {
    const result = parseStudy(withStages(SWEEP, { stage: 'batchSizeLadder' }));
    expect(result).toMatchObject({
      ok: true,
      warnings: [{ path: 'stages.1.stage', rule: expect.stringContaining('should come before regularizationSweep') }],
    });
  });
});

describe('a sweep', () => {
  const space = { dropoutRate: { uniform: [0, 0.6] } };
  const SWEEPS = [
    { stage: 'sweep', space },
    { stage: 'regularizationSweep', space },
  ];

  it('has two names with ids of their own, the same options, and a question each', () => {
    const { stages } = parsed(withStages(SWEEPS[0]!, { ...SWEEPS[1]!, trials: 5 }, { ...SWEEPS[0]!, trials: 6 }));
    expect(stages.map(({ stageId }) => stageId)).toEqual(['sweep', 'regularization-sweep', 'sweep-2']);
    expect(stages[1]?.options).toEqual({ ...(stages[0]?.options as object), trials: 5 });
    expect(stages.map(({ stage }) => STAGES[stage]?.question)).toEqual([
      'which hyperparameters',
      'which regularization',
      'which hyperparameters',
    ]);
  });

  it('asks the same question again under the other name', () => {
    expect(problems(withStages(...SWEEPS))).toMatch(/must not repeat stages.0 with the same options/);
  });

  it.each([
    ['sweep', 'what is best of all else depends on the batch size'],
    ['regularizationSweep', 'the best regularization depends on the batch size'],
  ])('had better come after the ladder: %s', (stage, because) => {
    const rule = `should come before ${stage} (stages.0): ${because}`;
    expect(parseStudy(withStages({ stage, space }, { stage: 'batchSizeLadder' }))).toMatchObject({
      warnings: [{ path: 'stages.1.stage', rule, value: 'batchSizeLadder' }],
    });
  });
});

it('deals out all of the device time where every stage is there once, by one name', () => {
  const shares = Object.values(STAGES).filter(({ aliasOf }) => aliasOf === undefined);
  expect(shares.reduce((sum, { budgetShare }) => sum + budgetShare, 0)).toBeCloseTo(1);
  expect(Object.keys(STAGES)).toEqual([...STAGE_NAMES]);
});
