import { planRerun } from '../../../activities/study/rerun';
import type { RerunPlan } from '../../../activities/study/rerun';
import type { Setting } from '../../../activities/study/settings';
import { withSettings } from '../../../activities/study/settings';
import type { StoredStudy } from '../../../activities/study/stored-study';
import { formatProblems, parseStudy, resolveParsed } from '../../../workflows/spec';
import { sampleStudy, SAMPLE_STUDY } from '../report/sample-study';

const asked = {
  name: 'digits',
  dataset: { format: 'idx', uri: 'file:///data/digits' },
  model: { preset: 'mnist-cnn' },
  stages: [{ stage: 'lrRangeTest' }, { stage: 'batchSizeLadder', batchSizeMax: 64 }, { stage: 'finalTrain' }],
};

function stored(decided = 6): StoredStudy {
  const parsed = parseStudy(asked);
  if (!parsed.ok) throw new Error(formatProblems(parsed.problems));
  const study = resolveParsed(parsed.study, SAMPLE_STUDY.dataset);
  const samples = sampleStudy().decisions;
  const decisions = study.stages.slice(0, decided).map(({ stage, stageId }, i) => {
    const { decision, trials } = samples[i % samples.length]!;
    return { decision: { ...decision, stage, stageId }, trials, studyRun: 'run' };
  });
  return { opening: { studyId: 'digits', studyRun: 'run', asked, study }, decided: decisions, ended: 'completed' };
}

function plan(from: string, settings: readonly Setting[] = [], decided?: number): RerunPlan {
  return planRerun(stored(decided), { from, settings, name: 'digits-2' }, {});
}

const problemsOf = (planned: RerunPlan): string => (planned.ok ? '' : formatProblems(planned.problems));

describe('a rerun', () => {
  it('takes over the decisions before its first stage, without their bulk, and the data set', () => {
    const planned = plan('finalTrain', [{ path: 'stages.finalTrain.replicates', value: 5 }]);
    expect(planned).toMatchObject({
      ok: true,
      input: { name: 'digits-2', stages: [{}, {}, { stage: 'finalTrain', replicates: 5 }] },
      parsed: { name: 'digits-2' },
      carried: {
        origin: {
          kind: 'rerun',
          studyId: 'digits',
          stageIds: [
            'lr-range-test',
            'lr-retest',
            'batch-size-ladder',
            'lr-retest-2',
            'batch-size-ladder-2',
            'lr-retest-3',
          ],
          changed: [],
        },
        dataset: SAMPLE_STUDY.dataset,
        model: SAMPLE_STUDY.model,
      },
    });
    expect(
      planned.ok &&
        planned.carried.decisions.every(({ evidence: { plots, tables } }) => plots.length + tables.length === 0),
    ).toBe(true);
    expect(plan('final-train')).toEqual(plan('finalTrain'));
  });

  it('names what changed since those stages decided, and packs another data set anew', () => {
    const planned = plan('lr-retest', [
      { path: 'training.epochs', value: 40 },
      { path: 'training.optimizer.name', value: 'sgd' },
      { path: 'dataset.uri', value: 'file:///other' },
      { path: 'budget.maxTrials', value: 9 },
    ]);
    expect(planned.ok && planned.carried.origin.changed).toEqual(
      expect.arrayContaining(['dataset.uri', 'training.epochs', 'training.optimizer.name']),
    );
    expect(planned.ok && planned.carried.origin.changed.some((path) => path.startsWith('budget'))).toBe(false);
    expect(planned.ok && 'dataset' in planned.carried).toBe(false);
    const remodelled = plan('lr-retest', [{ path: 'model', value: { module: 'other.cjs' } }]);
    expect(remodelled.ok && 'model' in remodelled.carried).toBe(false);
  });

  it('takes over nothing if it begins with the first stage', () => {
    expect(plan('lrRangeTest', [], 0)).toMatchObject({
      ok: true,
      carried: { decisions: [], origin: { stageIds: [] } },
    });
  });

  it('reports all that is wrong with the settings at once', () => {
    const problems = problemsOf(
      plan('finalTrain', [
        { path: 'training.epochs', value: -1 },
        { path: 'stages.finalTrain.replicas', value: 2 },
        { path: 'name.x', value: 1 },
        { path: 'stages.9.trials', value: 1 },
      ]),
    );
    expect(problems).toContain('training.epochs: must be at least 1, got -1');
    expect(problems).toContain('stages.2.replicas: unknown key');
    expect(problems).toContain('name.x: must lead through mappings, but name is none, got "digits-2"');
    expect(problems).toContain(
      'stages.9.trials: must name an entry of stages by its number from 0 or its stage, got "9"',
    );
  });

  it('does not begin where there is no stage, or behind one that has not decided or is to be another', () => {
    expect(problemsOf(plan('nowhere'))).toBe(
      '--from: must be a stage of the study: one of lr-range-test, lr-retest, batch-size-ladder, lr-retest-2, batch-size-ladder-2, lr-retest-3, final-train, got "nowhere"',
    );
    expect(problemsOf(plan('finalTrain', [], 2))).toBe(
      '--from: must not be after batch-size-ladder, which study digits has not decided, got "finalTrain"; rerun with --from batch-size-ladder',
    );
    expect(problemsOf(plan('finalTrain', [{ path: 'stages.batchSizeLadder.batchSizeMax', value: 256 }]))).toMatch(
      /^stages.1: must stay as study digits decided it, since the rerun begins after it.*; rerun with --from batch-size-ladder$/,
    );
  });
});

describe('settings', () => {
  it('change nothing in place, and make the mappings on their way', () => {
    const { value, problems } = withSettings(asked, [{ path: 'training.hparams.learningRate', value: 0.01 }]);
    expect([value, problems]).toEqual([{ ...asked, training: { hparams: { learningRate: 0.01 } } }, []]);
    expect(asked).not.toHaveProperty('training');
  });

  it.each(['', 'a..b', '__proto__.polluted', 'model.constructor.x'])('refuse the path %j', (path) => {
    expect(withSettings(asked, [{ path, value: 1 }]).problems).toEqual([
      { path, rule: 'must be names with dots between them, e.g. training.epochs', value: undefined },
    ]);
    expect({}).not.toHaveProperty('polluted');
  });
});
