import { replanned } from '../../../activities/study/replan';
import { parseStudy, resolveParsed } from '../../../workflows/spec';
import type { ResolvedStudy } from '../../../workflows/words/study';
import { SAMPLE_STUDY } from '../report/sample-study';

const asked = {
  name: 'digits',
  dataset: { format: 'idx', uri: 'data' },
  model: { preset: 'mnist-cnn' },
  stages: [
    { stage: 'lrRangeTest' },
    { stage: 'sweep', space: { dropoutRate: { uniform: [0, 0.5] } } },
    { stage: 'finalTrain' },
  ],
};

/** The study as a planner resolved it whose sweeps took 7 trials by default, and which read an import. */
function before(): ResolvedStudy {
  const parsed = parseStudy(asked);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const resolved = resolveParsed(parsed.study, SAMPLE_STUDY.dataset);
  const stages = resolved.stages.map((use) => ({
    ...use,
    options: { ...(use.options as object), trials: 7, ...(use.stage === 'sweep' && { imported: ['as read'] }) },
  }));
  return { ...resolved, seed: 12, plannerVersion: 0, stages };
}

test('stages to come get the options of the planner that is here, those that have decided keep theirs', () => {
  const study = before();
  const anew = replanned({ asked, study }, 1) as ResolvedStudy;
  const now = parseStudy(asked);
  expect(anew).toMatchObject({ seed: 12, dataset: study.dataset, plannerVersion: now.ok && now.study.plannerVersion });
  expect(anew.stages[0]).toBe(study.stages[0]);
  expect(anew.stages.find(({ stage }) => stage === 'sweep')?.options).toMatchObject({
    trials: 16,
    imported: ['as read'],
  });
  expect(anew.stages.map(({ stageId }) => stageId)).toEqual(study.stages.map(({ stageId }) => stageId));
});

test('where a study passes to another planner is noted, once for each stage that it passes before', () => {
  const passed = (study: ResolvedStudy, decided: number, from: number): ResolvedStudy['handovers'] =>
    (replanned({ asked, study: { ...study, plannerVersion: from } }, decided) as ResolvedStudy).handovers;
  const now = (replanned({ asked, study: before() }, 0) as ResolvedStudy).plannerVersion;
  const [toRetest, toFinal] = [
    { stageId: 'lr-retest', plannerVersion: now, before: 0 },
    { stageId: 'final-train', plannerVersion: now, before: now - 1 },
  ];
  expect(passed(before(), 0, 0)).toBeUndefined();
  expect(passed(before(), 1, 0)).toEqual([toRetest]);
  const handovers = [{ ...toRetest, plannerVersion: now - 1 }];
  expect(passed({ ...before(), handovers }, 3, now - 1)).toEqual([...handovers, toFinal]);
  expect(passed({ ...before(), handovers }, 1, now - 1)).toEqual([toRetest]);
  expect(passed({ ...before(), handovers: [{ ...toRetest, before: now }] }, 1, now - 1)).toBeUndefined();
});

test('a study that is no longer valid, or whose decided stages are no longer where they were, is told', () => {
  expect(replanned({ asked: { ...asked, model: { preset: 'gone' } }, study: before() }, 1)).toMatch(
    /^model.preset must/,
  );
  expect(replanned({ asked: { ...asked, stages: asked.stages.slice(1) }, study: before() }, 1)).toBe(
    'lr-range-test, which has decided, is no longer where it was among the stages',
  );
});
