import { randomUUID } from 'node:crypto';
import { CancelledFailure } from '@temporalio/common';
import { cancelStudy, ChangeRejected, changeStudy, StudyEnded } from '../../../workers/client';
import type { StudyClient } from '../../../workers/client';
import type { TrialSpec } from '../../../workflows/words/trial';
import { change, openTrials, progressOf } from '../../support/changes';
import { conduct, heldTrials, settled } from '../../support/held-trials';
import { fiveStages, sweepStudy } from '../../support/scripted-files';
import { scriptedWorld } from '../../support/scripted-studies';
import type { ScriptedStudy, ScriptedWorld } from '../../support/scripted-studies';
import { temporalAddress } from '../../support/services';
import { waitFor } from '../../support/wait-for';

let world: ScriptedWorld;
let client: StudyClient;
beforeAll(async () => {
  world = await scriptedWorld(temporalAddress());
  client = { client: world.client, address: temporalAddress(), close: async () => undefined };
});
afterAll(() => world.stop());

const named = (name: string): string => `${name}-${randomUUID().slice(0, 8)}`;
const first: (running: readonly string[]) => string | undefined = ([trialId]) => trialId;
const nameOf = ({ handle }: ScriptedStudy): string => handle.workflowId.replace('study/', '');
const stageTrials = ({ log }: ScriptedStudy, stageId: string): readonly TrialSpec[] =>
  log.started.filter(({ trialId }) => trialId.startsWith(`${stageId}/`));

/** Workflow tasks that failed: one would be tried again for ever. */
async function failedTasks({ handle }: ScriptedStudy): Promise<number> {
  const { events } = await handle.fetchHistory();
  return (events ?? []).filter(({ workflowTaskFailedEventAttributes }) => workflowTaskFailedEventAttributes).length;
}

describe('cancelling', () => {
  test('by update and request hands the trials back, publishes, and says who asked', async () => {
    const trials = heldTrials();
    const study = await world.start(sweepStudy({ name: named('cancelled') }), { trial: trials.trial });
    await settled(study, trials);
    await cancelStudy(client, nameOf(study), { by: 'ada@lab' });
    await expect(study.handle.result()).rejects.toMatchObject({ cause: expect.any(CancelledFailure) });
    expect((await study.handle.describe()).status.name).toBe('CANCELLED');
    expect([...study.log.cancelled].sort()).toEqual(['regularization-sweep/000', 'regularization-sweep/001']);
    expect(study.log.published).toMatchObject([
      { progress: { status: 'cancelled', changes: [{ what: 'cancel', by: 'ada@lab' }] } },
    ]);
    await expect(cancelStudy(client, nameOf(study))).rejects.toThrow(
      new StudyEnded(`study ${nameOf(study)} does not run: it is cancelled`),
    );
  });

  test('by the update alone does the same, and the study ends as failed by a cancellation', async () => {
    const trials = heldTrials();
    const study = await world.start(sweepStudy({ name: named('updated') }), { trial: trials.trial });
    await settled(study, trials);
    await change(study, 'cancel', {});
    await expect(study.handle.result()).rejects.toMatchObject({ cause: expect.any(CancelledFailure) });
    expect(study.log.cancelled).toHaveLength(2);
    expect(study.log.published).toMatchObject([{ progress: { status: 'cancelled' } }]);
  });

  test('while a run waits to continue as new with the next stage ends the study, and that stage never begins', async () => {
    let letGo = (): void => undefined;
    const written = new Promise<void>((resolve) => (letGo = resolve));
    let isWriting = false;
    const study: ScriptedStudy = await world.start(sweepStudy({ name: named('between') }), {
      recordDecision: async () => void (await change(study, 'pause', {})),
      recordChanges: () => {
        isWriting = true;
        return written;
      },
    });
    await waitFor('a stage has decided, and a change is being written', async () =>
      isWriting && (await progressOf(study)).stages[0]?.status === 'decided' ? true : undefined,
    );
    await study.handle.cancel();
    await expect(study.handle.result()).rejects.toMatchObject({ cause: expect.any(CancelledFailure) });
    letGo();
    expect(study.log.published).toMatchObject([{ progress: { status: 'cancelled', stages: [{}, { trials: [] }] } }]);
  });
});

describe('a gate', () => {
  test('holds its stage back until somebody approves, with no device taken', async () => {
    const file = sweepStudy({ name: named('gated') });
    const study = await world.start({
      ...file,
      stages: [file.stages[0]!, { stage: 'finalTrain', replicates: 1, gate: 'approve' }],
    });
    await waitFor('the study waits', async () => ((await progressOf(study)).status === 'waiting' ? true : undefined));
    expect(await progressOf(study)).toMatchObject({
      stages: [{ status: 'decided' }, { status: 'waiting', trials: [] }],
    });
    expect([stageTrials(study, 'final-train'), await openTrials(study)]).toEqual([[], []]);
    await changeStudy(client, nameOf(study), 'approve', { by: 'ada' });
    expect(await study.handle.result()).toMatchObject({
      status: 'completed',
      changes: [{ what: 'approve', by: 'ada', detail: 'final-train may begin' }],
    });
  });

  test('that was opened early is never seen, and one before a skipped stage neither', async () => {
    const trials = heldTrials();
    const [range, ladder, sweep, final] = fiveStages({ name: 'any' }).stages;
    const study = await world.start(
      {
        ...fiveStages({ name: named('open') }),
        stages: [range!, { ...ladder!, gate: 'approve' } as never, { ...sweep!, gate: 'approve' } as never, final!],
      },
      { trial: trials.trial },
    );
    await settled(study, trials);
    await change(study, 'approve', { stageId: 'batchSizeLadder' });
    await change(study, 'skipStage', { stageId: 'regularization-sweep' });
    await conduct(study, trials, first);
    expect(await study.handle.result()).toMatchObject({ status: 'completed' });
    expect(stageTrials(study, 'batch-size-ladder')).not.toEqual([]);
    expect(stageTrials(study, 'regularization-sweep')).toEqual([]);
  });
});

describe('a skipped stage', () => {
  test('asks for nothing more, has its running trials cancelled, and leaves the study as it stood', async () => {
    const trials = heldTrials();
    const study = await world.start(sweepStudy({ name: named('skipped') }), { trial: trials.trial });
    await settled(study, trials);
    trials.release('regularization-sweep/000');
    await settled(study, trials);
    await change(study, 'skipStage', { stageId: 'regularization-sweep' });
    await waitFor('the final training began', () => (stageTrials(study, 'final-train').length > 0 ? true : undefined));
    trials.release('final-train/000');
    const { decisions } = await study.handle.result();
    const asItStood = study.log.started.find(({ trialId }) => trialId === 'regularization-sweep/000')?.hparams;
    expect([...study.log.cancelled].sort()).toEqual(['regularization-sweep/001', 'regularization-sweep/002']);
    expect(decisions[0]).toMatchObject({
      because: 'the study stays as it stood: the stage was skipped when 1 of its 3 trials had ended',
      confidence: 'low',
      hparams: asItStood,
    });
    expect(study.log.decisions[0]?.trials.map(({ status }) => status)).toEqual(['completed', 'cancelled', 'cancelled']);
    expect(stageTrials(study, 'final-train')[0]?.hparams).toEqual(asItStood);
  });
});

describe('while a sweep runs', () => {
  let study: ScriptedStudy;
  const trials = heldTrials();
  beforeAll(async () => {
    study = await world.start(sweepStudy({ name: named('changed'), budget: { maxTrials: 8, parallelTrials: 2 } }), {
      trial: trials.trial,
    });
    await settled(study, trials);
  });
  afterAll(() => study.handle.terminate().catch(() => undefined));

  test('more trials at a time start at once', async () => {
    await change(study, 'setParallelTrials', { parallelTrials: 4 });
    expect(await settled(study, trials)).toHaveLength(4);
  });

  test('fewer at a time stop none, and start none until there is room', async () => {
    await change(study, 'setParallelTrials', { parallelTrials: 1 });
    for (const left of [3, 2]) {
      trials.release(`regularization-sweep/00${3 - left}`);
      expect(await settled(study, trials)).toHaveLength(left);
    }
    expect(study.log.cancelled).toEqual([]);
  });

  test("a configuration of one's own is tried next", async () => {
    await change(study, 'enqueueTrial', { stageId: 'regularization-sweep', hparams: { weightDecay: 0.003 } });
    await change(study, 'setParallelTrials', { parallelTrials: 3 });
    await settled(study, trials);
    expect(study.log.started.find(({ trialId }) => trialId === 'regularization-sweep/004')?.hparams).toMatchObject({
      weightDecay: 0.003,
    });
  });

  test('a larger budget is used', async () => {
    await change(study, 'extendBudget', { trials: 50 });
    await conduct(study, trials, first);
    const { trials: count, changes } = await study.handle.result();
    expect(count).toBe(11);
    expect(changes.map(({ what }) => what)).toEqual([
      'setParallelTrials',
      'setParallelTrials',
      'enqueueTrial',
      'setParallelTrials',
      'extendBudget',
    ]);
  });
});

describe('a change that is refused', () => {
  test('says why, with a type, and leaves no trace in the history', async () => {
    const trials = heldTrials();
    const study = await world.start(sweepStudy({ name: named('refusing') }), { trial: trials.trial });
    await settled(study, trials);
    const ask = (
      ...[name, input]: Parameters<typeof changeStudy> extends [unknown, unknown, infer Name, infer Input]
        ? [Name, Input]
        : never
    ) => changeStudy(client, nameOf(study), name, input).catch((error: unknown) => error);
    expect(await ask('skipStage', { stageId: 'final-train' })).toMatchObject({
      name: 'ChangeRejected',
      type: 'ChangeInvalid',
      message: expect.stringMatching(/^stage final-train must not be skipped/),
    });
    expect(await ask('resume', {})).toMatchObject({
      type: 'ChangeRefused',
      message: `study ${nameOf(study)} is not paused`,
    });
    expect(await ask('enqueueTrial', { stageId: 'regularization-sweep', hparams: { weightDecay: 7 } })).toBeInstanceOf(
      ChangeRejected,
    );
    const { events } = await study.handle.fetchHistory();
    expect(events?.filter(({ workflowExecutionUpdateAcceptedEventAttributes: accepted }) => accepted)).toEqual([]);
    expect(await failedTasks(study)).toBe(0);
    await study.handle.terminate();
    expect(await ask('pause', {})).toMatchObject({
      name: 'StudyEnded',
      message: `study ${nameOf(study)} does not run: it is terminated`,
    });
  });
});
