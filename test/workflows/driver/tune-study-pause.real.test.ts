import { randomUUID } from 'node:crypto';
import { change, openTrials, pause, progressOf } from '../../support/changes';
import { conduct, heldTrials, settled } from '../../support/held-trials';
import { sweepStudy } from '../../support/scripted-files';
import type { ScriptedStudy } from '../../support/scripted-studies';
import { runsOf, trialsOf } from '../../support/study-runs';
import { twoWorlds } from '../../support/two-worlds';
import { waitFor } from '../../support/wait-for';

/** A few changes fill a history of this length. */
const EVENTS = 40;

/** More changes than any number of events before a new run can take. */
const PATIENCE = 100;

const worlds = twoWorlds(EVENTS);

const named = (name: string): string => `${name}-${randomUUID().slice(0, 8)}`;
const first: (running: readonly string[]) => string | undefined = ([trialId]) => trialId;

/** Waits until a study has started so many trainings, those that go on counted again. */
const startedTrials = (study: ScriptedStudy, count: number) =>
  waitFor(`${count} trainings began`, () =>
    study.log.started.length >= count ? study.log.started.map(({ trialId }) => trialId) : undefined,
  );

/** The run that a study is in by now, and whether that is not its first any more. */
function newestRun(study: ScriptedStudy) {
  const current = worlds.impatient.client.workflow.getHandle(study.handle.workflowId);
  return {
    current,
    newest: { ...study, handle: current } as unknown as ScriptedStudy,
    isNewRun: async (): Promise<boolean> => (await current.describe()).runId !== study.handle.firstExecutionRunId,
  };
}

describe('a paused study', () => {
  test('runs nothing and waits for nothing, then goes on with the trials it interrupted, and ends as if it had not paused', async () => {
    const trials = heldTrials();
    const study = await worlds.patient.start(sweepStudy({ name: named('paused') }), { trial: trials.trial });
    await settled(study, trials);
    trials.release('regularization-sweep/000');
    await settled(study, trials);
    await pause(study);
    expect([...study.log.cancelled].sort()).toEqual(['regularization-sweep/001', 'regularization-sweep/002']);
    expect(await progressOf(study)).toMatchObject({ status: 'paused', trials: 3, changes: [{ what: 'pause' }] });
    const { events } = await study.handle.fetchHistory();
    expect(events?.filter(({ timerStartedEventAttributes }) => timerStartedEventAttributes)).toEqual([]);
    await change(study, 'resume', { by: 'ada' });
    expect((await startedTrials(study, 5)).slice(3).sort()).toEqual([
      'regularization-sweep/001',
      'regularization-sweep/002',
    ]);
    await conduct(study, trials, first);
    const { changes, trials: count } = await study.handle.result();
    expect(changes).toMatchObject([
      { what: 'pause' },
      { what: 'resume', by: 'ada', at: expect.stringMatching(/^\d{4}-.*Z$/) },
    ]);
    expect(new Set(study.log.ended).size).toBe(study.log.ended.length);
    expect(count).toBe(study.log.ended.length);
    expect(study.log.published).toMatchObject([{ progress: { status: 'completed', changes } }]);
  });

  test('that is resumed while a trainer still writes its checkpoint goes on once it has', async () => {
    const trials = heldTrials();
    let letGo = (): void => undefined;
    const checkpointed = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const study = await worlds.patient.start(sweepStudy({ name: named('quick') }), {
      trial: trials.trial,
      onCancel: () => checkpointed,
    });
    await settled(study, trials);
    await change(study, 'pause', {});
    await waitFor('both trainers know', () => (study.log.cancelled.length === 2 ? true : undefined));
    await change(study, 'resume', {});
    expect(study.log.started).toHaveLength(2);
    letGo();
    expect((await startedTrials(study, 4)).slice(2).sort()).toEqual([
      'regularization-sweep/000',
      'regularization-sweep/001',
    ]);
    await study.handle.terminate();
  });

  test('does not mind a trainer that dies instead of writing its checkpoint', async () => {
    const trials = heldTrials();
    const study = await worlds.patient.start(sweepStudy({ name: named('dying') }), {
      trial: trials.trial,
      onCancel: () => {
        throw new Error('the trainer died');
      },
    });
    await settled(study, trials);
    await pause(study);
    await change(study, 'resume', {});
    expect((await startedTrials(study, 4)).slice(2).sort()).toEqual([
      'regularization-sweep/000',
      'regularization-sweep/001',
    ]);
    expect(await progressOf(study)).toMatchObject({ status: 'running' });
    await study.handle.terminate();
  });

  test('stays paused over a continue-as-new, and still knows what to go on with', async () => {
    const trials = heldTrials();
    const study = await worlds.impatient.start(sweepStudy({ name: named('continued') }), { trial: trials.trial });
    await settled(study, trials);
    await pause(study);
    const { current, newest, isNewRun } = newestRun(study);
    for (let parallelTrials = 3; !(await isNewRun()); parallelTrials++)
      await current.executeUpdate('setParallelTrials', { args: [{ parallelTrials }] });
    expect(await progressOf(newest)).toMatchObject({
      status: 'paused',
      trials: 2,
      changes: expect.arrayContaining([expect.objectContaining({ what: 'pause' })]),
    });
    expect(study.log.started).toHaveLength(2);
    await current.executeUpdate('resume', { args: [{}] });
    await startedTrials(study, 4);
    expect(trialsOf(await current.fetchHistory()).slice(0, 2)).toEqual([
      'regularization-sweep/000',
      'regularization-sweep/001',
    ]);
    await conduct(newest, trials, first);
    expect(await study.handle.result()).toMatchObject({ status: 'completed' });
    expect((await runsOf(study, worlds.impatient)).length).toBeGreaterThan(1);
    expect(new Set(study.log.ended).size).toBe(study.log.ended.length);
  });

  test('comes to its next run however fast changes follow one another, and stores them all', async () => {
    const trials = heldTrials();
    let [sent, stored, hurrying] = [0, 0, true];
    // A store that is never done with one change before the next is there.
    const recordChanges = async (changes: number): Promise<void> => {
      const before = sent;
      await waitFor('the next change', () => (sent > before || !hurrying ? true : undefined));
      stored = changes;
    };
    const study = await worlds.impatient.start(sweepStudy({ name: named('hurried') }), {
      trial: trials.trial,
      recordChanges,
    });
    await settled(study, trials);
    await pause(study);
    const { current, newest, isNewRun } = newestRun(study);
    for (; sent < PATIENCE && !(await isNewRun()); sent++)
      await current.executeUpdate('setParallelTrials', { args: [{ parallelTrials: 3 + (sent % 2) }] });
    expect(await isNewRun()).toBe(true);
    hurrying = false;
    const { changes } = await progressOf(newest);
    await waitFor('the store has every change', () => (stored === changes.length ? true : undefined));
    await current.terminate();
  });

  test('may be paused before its data set is read, and begins when it is resumed', async () => {
    const trials = heldTrials();
    let isRead = (): void => undefined;
    const reading = new Promise<void>((resolve) => {
      isRead = resolve;
    });
    const study = await worlds.patient.start(sweepStudy({ name: named('early') }), {
      trial: trials.trial,
      resolved: async (resolved) => {
        await reading;
        return resolved;
      },
    });
    await change(study, 'pause', {});
    isRead();
    await waitFor('the study is read', async () => ((await progressOf(study)).status === 'paused' ? true : undefined));
    expect(study.log.started).toEqual([]);
    await change(study, 'resume', {});
    expect(await settled(study, trials)).toHaveLength(2);
    await study.handle.terminate();
  });

  test('can be cancelled as it is', async () => {
    const trials = heldTrials();
    const study = await worlds.patient.start(sweepStudy({ name: named('ended') }), { trial: trials.trial });
    await settled(study, trials);
    await pause(study);
    await study.handle.cancel();
    await study.handle.result().catch(() => undefined);
    expect((await study.handle.describe()).status.name).toBe('CANCELLED');
    expect(await openTrials(study)).toEqual([]);
    expect(study.log.published).toMatchObject([
      { progress: { status: 'cancelled', changes: [{ what: 'pause' }, { what: 'cancel' }] } },
    ]);
  });
});
