import { createStudyActivities } from '../../../activities';
import { memoryStore } from '../../../activities/storage/memory';
import { readDecision } from '../../../activities/study/decision-record';
import type { DecisionRecord } from '../../../activities/study/decision-record';
import type { Trial, TrialSpec } from '../../../workflows/words/trial';
import { packed } from '../../../workflows/driver/pages/packed';
import type { Plain } from '../../../workflows/driver/pages/packed';
import { withoutPoints } from '../../../workflows/driver/pages/pages';
import { summarize } from '../../../workflows/driver/pages/summary';
import { finalTrain } from '../../../workflows/stages/final-train/stage';
import { regularizationSweep } from '../../../workflows/stages/sweep/stage';
import type { Decision } from '../../../workflows/stages/stage';
import { sha256Of } from '../../../activities/content-hash';
import { encodeManifest, firstManifest, manifestKey } from '../../../activities/ledger/manifest';
import type { TrialSummary } from '../../../workflows/words/progress';
import { quietEnvironment } from '../../support/activity-environment';
import { completed, contextOf, drive, FACTS, INCUMBENT, measured, optionsOf } from '../../support/stages';
import { ownerOf } from '../ledger/trial-support';
import type { Network } from '../../support/stages';

const of = { studyId: 'digits', studyRun: 'run', stageId: 'stage' };
const { objective } = FACTS;
const valueOf = ({ hparams }: TrialSpec, name: string): number => Number(hparams[name]);

/** A loss that hangs on weight decay; strong dropout fails. */
const network: Network = (spec) =>
  valueOf(spec, 'dropoutRate') > 0.46
    ? { status: 'diverged', step: 3, measurement: measured(null) }
    : completed(0.1 + (Math.log10(valueOf(spec, 'weightDecay')) + 3) ** 2, {
        deviceSeconds: 1 + valueOf(spec, 'dropoutRate'),
      });

function sweep(): { readonly decision: Decision; readonly trials: readonly Trial[] } {
  const space = { weightDecay: { logUniform: [1e-6, 1e-2] }, dropoutRate: { uniform: [0, 0.6] } };
  const incumbent = { ...INCUMBENT, weightDecay: 1e-4 };
  const context = drive(
    regularizationSweep,
    contextOf(optionsOf('regularizationSweep', { space, trials: 40 }), { incumbent }),
    { network },
  );
  return { decision: regularizationSweep.decide(context), trials: context.trials };
}

/** @param pageSize Trials of a page, where they are stored before. */
async function recorded(
  decision: Decision,
  trials: readonly Trial[],
  pageSize?: number,
): Promise<{ readonly warnings: readonly string[] | undefined; readonly record: DecisionRecord }> {
  const store = memoryStore();
  const { recordTrials, recordDecision } = createStudyActivities({ store, fileRoots: [] });
  const environment = quietEnvironment();
  const pages = pageSize === undefined ? 0 : Math.ceil(trials.length / pageSize);
  for (let page = 0; page < pages; page++) {
    const some = trials.slice(page * pageSize!, (page + 1) * pageSize!) as unknown as readonly Plain[];
    await environment.run(recordTrials, { ...of, page, objective, trials: packed(some) });
  }
  const summaries = pages > 0 ? [] : trials.map((trial) => summarize('stage', trials, trial, objective));
  const { studyId, studyRun } = of;
  const warnings = (await environment.run(recordDecision, {
    studyId,
    studyRun,
    decision,
    trials: summaries,
    ...(pages > 0 && { pages }),
  })) as readonly string[] | undefined;
  return { warnings, record: (await readDecision(store, 'digits', 'stage'))! };
}

describe('the record of a sweep', () => {
  it('has its insights behind its own evidence, and nothing of what they were drawn from', async () => {
    const { decision, trials } = sweep();
    const { record } = await recorded(decision, trials);
    expect(record.decision).not.toHaveProperty('insights');
    const { plots, tables, bars } = record.decision.evidence;
    expect(plots.slice(0, decision.evidence.plots.length)).toEqual(decision.evidence.plots);
    expect(plots.map(({ title }) => title)).toEqual([
      'Objective by trial',
      'Objective by weightDecay',
      'Objective by dropoutRate',
      'valLoss against device seconds',
    ]);
    expect(tables.at(-1)?.title).toBe('Failed points by region');
    expect(bars).toHaveLength(2);
  });

  it('is the same where its trials had left for the store', async () => {
    const { decision, trials } = sweep();
    const { record, warnings } = await recorded(decision, trials);
    const light = withoutPoints(decision);
    expect(light.insights?.search).not.toHaveProperty('points');
    expect(await recorded(light, trials, 7)).toEqual({ record, warnings });
  });

  it('answers with all warnings, where each belongs', async () => {
    const { decision, trials } = sweep();
    const { warnings: own } = decision.evidence;
    const cut = { ...decision, evidence: { ...decision.evidence, warnings: [...own, 'the budget ended'] } };
    const { warnings, record } = await recorded(cut, trials);
    expect(warnings).toEqual([
      ...own,
      expect.stringMatching(/^\d+ of \d+ points with dropoutRate 0.45 to 0.6 failed, and few others/),
      'the budget ended',
    ]);
    expect(record.decision.evidence.warnings).toEqual(warnings);
  });
});

it('a final training whose best epoch is late is warned of in its record', async () => {
  const context = drive(finalTrain, contextOf(optionsOf('finalTrain', { epochs: 1, replicates: 1 })), {
    network: () => completed(0.3),
  });
  const { warnings, record } = await recorded(finalTrain.decide(context), context.trials);
  expect(warnings).toContain('the best epoch is in the last quarter of the training: more epochs may help');
  expect(record.decision.evidence).not.toHaveProperty('bars');
});

it('gives up the weights of all trainings but the best at the point that was decided on', async () => {
  const store = memoryStore();
  const trials: TrialSummary[] = [];
  const { decision, trials: trained } = sweep();
  for (const [i, trial] of trained.entries()) {
    const hash = sha256Of(`trial ${i}`);
    const weights = await store.putFile(`trials/${hash}/weights-0.safetensors`, Buffer.from(String(i)));
    const owner = { ...ownerOf({ activityId: trial.spec.trialId }), workflowId: 'study/digits', studyRun: 'run' };
    const result = { ...trial.result!, weights };
    await store.put(manifestKey(hash), encodeManifest({ ...firstManifest(hash, owner), result }));
    trials.push({ ...summarize('stage', trained, trial, objective), hash });
  }
  const { recordDecision } = createStudyActivities({ store, fileRoots: [] });
  await quietEnvironment().run(recordDecision, { studyId: 'digits', studyRun: 'run', decision, trials });
  const kept = (await store.list('trials/')).filter(({ key }) => key.includes('weights'));
  const best = trials.find(({ trialId }) => trialId === decision.keepsWeightsOf?.[0])!;
  expect(kept.map(({ key }) => key)).toEqual([`trials/${best.hash}/weights-0.safetensors`]);
  expect(best.hparams).toEqual(decision.hparams);
  expect((await readDecision(store, 'digits', 'stage'))?.decision).not.toHaveProperty('keepsWeightsOf');
});

it('a decision without insights is recorded as it is', async () => {
  const { decision, trials } = sweep();
  const { insights: _, keepsWeightsOf: __, ...answer } = decision;
  const { warnings, record } = await recorded(answer, trials);
  expect(record.decision).toEqual(JSON.parse(JSON.stringify(answer)));
  expect(warnings).toEqual(answer.evidence.warnings);
});

it('a fault in the insights is told with the decision, and holds nothing up', async () => {
  const { decision, trials } = sweep();
  const broken = { ...decision, insights: { ...decision.insights!, search: { points: { each: [1] } } as never } };
  const { warnings, record } = await recorded(broken, trials);
  expect(warnings).toEqual([
    ...decision.evidence.warnings,
    expect.stringMatching(/^its insights could not be drawn: /),
  ]);
  expect(record.decision).toMatchObject({ hparams: decision.hparams, because: decision.because });
  expect(record.decision).not.toHaveProperty('insights');
});
