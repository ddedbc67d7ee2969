import { randomUUID } from 'node:crypto';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { FAILURES } from '../../../workflows/words/contract';
import { numericHParam } from '../../../workflows/trials/hparams';
import { PLANNER_ANSWERS, PLANNER_VERSION } from '../../../workflows/driver/planner-version';
import { heldTrials, settled } from '../../support/held-trials';
import { fiveStages, ladderStudy, sweepStudy } from '../../support/scripted-files';
import { scriptedWorld } from '../../support/scripted-studies';
import type { ScriptedStudy, ScriptedWorld } from '../../support/scripted-studies';
import { temporalAddress } from '../../support/services';
import { waitFor } from '../../support/wait-for';

let world: ScriptedWorld;
beforeAll(async () => {
  world = await scriptedWorld(temporalAddress());
});
afterAll(() => world.stop());

const named = (name: string): string => `${name}-${randomUUID().slice(0, 8)}`;

/** What ended a study: its type and its words. */
async function failureOf({
  handle,
}: ScriptedStudy): Promise<{ readonly type: string | null | undefined; readonly message: string }> {
  const error: unknown = await handle.result().then(
    () => new Error('the study completed'),
    (reason: unknown) => reason,
  );
  let cause = error;
  while (cause instanceof Error && cause.cause !== undefined) ({ cause } = cause);
  return { type: (cause as Partial<ApplicationFailure>).type, message: (cause as Error).message };
}

const statusOf = async ({ handle }: ScriptedStudy): Promise<string> => (await handle.describe()).status.name;

/** Workflow tasks that failed: one would be tried again for ever. */
async function failedTasks({ handle }: ScriptedStudy): Promise<number> {
  const { events } = await handle.fetchHistory();
  return (events ?? []).filter(({ workflowTaskFailedEventAttributes }) => workflowTaskFailedEventAttributes).length;
}

describe('a trial that no retry mends', () => {
  test('fails the study with its type, after the other trials were cancelled, and the record says why', async () => {
    const trials = heldTrials();
    const study = await world.start(sweepStudy({ name: named('failing'), budget: { parallelTrials: 3 } }), {
      trial: trials.trial,
    });
    await settled(study, trials);
    trials.release('regularization-sweep/001', () => {
      throw ApplicationFailure.nonRetryable('layer 3 has no units', FAILURES.modelInvalid);
    });
    expect(await failureOf(study)).toEqual({ type: FAILURES.modelInvalid, message: 'layer 3 has no units' });
    expect([...study.log.cancelled].sort()).toEqual(['regularization-sweep/000', 'regularization-sweep/002']);
    expect(study.log.published).toHaveLength(1);
    expect(study.log.published[0]).toMatchObject({
      failure: 'layer 3 has no units',
      progress: { status: 'failed', trials: 3 },
      final: null,
    });
  });

  test('is what the study fails with even if its record cannot be published', async () => {
    const study = await world.start(sweepStudy({ name: named('denied') }), {
      trial: () => {
        throw ApplicationFailure.nonRetryable('layer 3 has no units', FAILURES.modelInvalid);
      },
      publishStudy: () => {
        throw ApplicationFailure.nonRetryable('the key may not write', FAILURES.storageDenied);
      },
    });
    expect(await failureOf(study)).toEqual({ type: FAILURES.modelInvalid, message: 'layer 3 has no units' });
    expect(await statusOf(study)).toBe('FAILED');
  });
});

describe('a study that began with newer maths than the worker has', () => {
  test('waits for one that has it, says so, and asks nothing of anybody meanwhile', async () => {
    const study = await world.start(sweepStudy({ name: named('older') }), {
      resolved: (resolved) => ({ ...resolved, plannerVersion: PLANNER_VERSION + 1 }),
    });
    await waitFor('its workflow task is refused', async () => ((await failedTasks(study)) > 0 ? true : undefined));
    const { events } = await study.handle.fetchHistory();
    const refusal = events?.find(({ workflowTaskFailedEventAttributes: task }) => task)
      ?.workflowTaskFailedEventAttributes?.failure?.message;
    expect(refusal).toContain(
      `goes by planner version ${PLANNER_VERSION + 1}, and this worker has ${PLANNER_VERSION} (answers ${PLANNER_ANSWERS}): it waits for a tuner worker`,
    );
    expect([await statusOf(study), study.log.started, study.log.published]).toEqual(['RUNNING', [], []]);
    await study.handle.terminate();
  });
});

describe('a model that cannot be built', () => {
  const reason = 'model.layers[2] (Conv2D) does not fit the layer before it';

  test('at a point of a search is a bad point: it is listed with its reason, and the search goes on', async () => {
    const study = await world.start(sweepStudy({ name: named('unbuildable-point') }), {
      trial: ({ trialId }, plausible) =>
        trialId === 'regularization-sweep/002' ? { status: 'invalid', reason } : plausible(),
    });
    expect(await study.handle.result()).toMatchObject({ status: 'completed' });
    const [sweep] = study.log.published[0]!.progress.stages;
    expect(sweep!.trials[2]).toMatchObject({ status: 'invalid', reason, score: null });
    expect(sweep!.decision!.evidence.warnings.join()).toContain('1 invalid');
  });

  test('as the study stands ends the study, with the reason, the trial and its values', async () => {
    const study = await world.start(sweepStudy({ name: named('unbuildable') }), {
      trial: () => ({ status: 'invalid', reason }),
    });
    expect(await failureOf(study)).toEqual({
      type: FAILURES.modelInvalid,
      message: expect.stringMatching(
        /^the model cannot be built as the study stands: model\.layers\[2\].* \[trial=regularization-sweep\/000; .*dropoutRate=0/,
      ),
    });
    expect(study.log.published).toMatchObject([{ progress: { status: 'failed' } }]);
  });
});

describe('a cancelled study', () => {
  test('ends cancelled only after its trials have, and publishes what it knows', async () => {
    const trials = heldTrials();
    let letGo = (): void => undefined;
    const checkpointed = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const study = await world.start(sweepStudy({ name: named('cancelled') }), {
      trial: trials.trial,
      onCancel: () => checkpointed,
    });
    await settled(study, trials);
    trials.release('regularization-sweep/000');
    await settled(study, trials);
    await study.handle.cancel();
    try {
      await waitFor('both trials know', () => (study.log.cancelled.length === 2 ? true : undefined));
      expect([await statusOf(study), study.log.published.length]).toEqual(['RUNNING', 0]);
    } finally {
      letGo();
    }
    await expect(study.handle.result()).rejects.toMatchObject({ cause: expect.any(CancelledFailure) });
    expect(await statusOf(study)).toBe('CANCELLED');
    expect(study.log.running.size).toBe(0);
    expect(study.log.published).toMatchObject([
      { progress: { status: 'cancelled', stages: [{ trials: [{ status: 'completed' }, {}, {}] }, {}] } },
    ]);
    expect(study.log.published[0]).not.toHaveProperty('failure');
  });

  test('ends at once if it waits for a store that is away', async () => {
    let attempts = 0;
    const study = await world.start(sweepStudy({ name: named('away') }), {
      recordDecision: () => {
        attempts += 1;
        throw new Error('no route to the store');
      },
    });
    await waitFor('the store was asked', () => (attempts > 0 ? true : undefined));
    await study.handle.cancel();
    await expect(study.handle.result()).rejects.toMatchObject({ cause: expect.any(CancelledFailure) });
    expect(study.log.published).toMatchObject([{ progress: { status: 'cancelled' } }]);
  });
});

test('a store that is away while a decision is recorded, and at the very end, is waited for', async () => {
  const outages = { decision: 2, report: 1 };
  const away = (what: keyof typeof outages): void => {
    if (outages[what]-- > 0) throw new Error('no route to the store');
  };
  const study = await world.start(sweepStudy({ name: named('outage') }), {
    recordDecision: () => away('decision'),
    publishStudy: () => away('report'),
  });
  expect(await study.handle.result()).toMatchObject({ status: 'completed' });
  expect(study.log.decisions.map(({ decision }) => decision.stageId)).toEqual(['regularization-sweep', 'final-train']);
  expect(study.log.published).toHaveLength(1);
});

test('a store that refuses is waited for from the first minute to the last, and ends no study', async () => {
  const refusals = { study: 7, trial: 2, decision: 2 };
  const refuse = (what: keyof typeof refusals): void => {
    if (refusals[what]-- > 0)
      throw ApplicationFailure.create({
        type: FAILURES.storageRefused,
        message: 'the credentials have expired: renew them',
        nextRetryDelay: 1,
      });
  };
  const study = await world.start(sweepStudy({ name: named('refused') }), {
    resolved: (resolved) => {
      refuse('study');
      return resolved;
    },
    trial: (_, plausible) => {
      refuse('trial');
      return plausible();
    },
    recordDecision: () => refuse('decision'),
  });
  expect(await study.handle.result()).toMatchObject({ status: 'completed' });
  expect(Object.values(refusals).every((left) => left < 0)).toBe(true);
});

test('a rung that runs out of memory ends the climb, and the study goes on with a size that passed', async () => {
  const study = await world.start(ladderStudy({ name: named('memory') }), {
    trial: (spec, plausible) =>
      numericHParam(spec.hparams, 'batchSize') >= 128
        ? { status: 'outOfMemory', where: 'device', detail: 'OOM when allocating tensor' }
        : plausible(),
  });
  const { decisions } = await study.handle.result();
  const sizes = study.log.started.map(({ hparams }) => numericHParam(hparams, 'batchSize'));
  expect(Math.max(...sizes)).toBe(128);
  expect(decisions[0]).toMatchObject({ stageId: 'batch-size-ladder' });
  expect(numericHParam(decisions[0]!.hparams, 'batchSize')).toBeLessThan(128);
  expect(study.log.decisions[0]?.trials.map(({ status }) => status)).toContain('outOfMemory');
});

describe('a stage', () => {
  test('that throws a plain error ends the study with it, in no endless loop of workflow tasks', async () => {
    const study = await world.start(sweepStudy({ name: named('broken') }), {
      resolved: (resolved) => ({ ...resolved, stages: resolved.stages.map((use) => ({ ...use, options: null })) }),
    });
    expect(await failureOf(study)).toEqual({
      type: 'StageBroken',
      message: expect.stringMatching(/^stage regularization-sweep is broken: .*null/),
    });
    expect(await failedTasks(study)).toBe(0);
    expect(study.log.published).toMatchObject([
      { failure: expect.stringContaining('is broken'), progress: { status: 'failed' } },
    ]);
  });

  test('without an answer ends the study with what to do', async () => {
    const study = await world.start(fiveStages({ name: named('inconclusive') }), {
      trial: (_spec, plausible) => {
        const outcome = plausible();
        return !('measurement' in outcome)
          ? outcome
          : {
              status: 'diverged',
              step: 0,
              measurement: { ...outcome.measurement, curve: [], best: null, stepLosses: [] },
            };
      },
    });
    expect(await failureOf(study)).toEqual({
      type: FAILURES.stageInconclusive,
      message: expect.stringMatching(/^no learning rate found .*: check the data set/),
    });
    expect(study.log.published).toMatchObject([{ failure: expect.stringContaining('no learning rate found') }]);
  });

  test('that this version does not know ends the study', async () => {
    const study = await world.start(sweepStudy({ name: named('unknown') }), {
      resolved: (resolved) => ({
        ...resolved,
        stages: [{ stage: 'prune', stageId: 'prune', options: {} }, ...resolved.stages],
      }),
    });
    expect(await failureOf(study)).toEqual({
      type: FAILURES.invalidStudy,
      message: expect.stringMatching(/^stage must be one of lrRangeTest, .*, got prune$/),
    });
  });
});

test('a study that cannot be resolved fails with that type and publishes nothing', async () => {
  const study = await world.start(sweepStudy({ name: named('invalid') }), {
    resolved: () => {
      throw ApplicationFailure.nonRetryable('study has 1 problem', FAILURES.invalidStudy);
    },
  });
  expect(await failureOf(study)).toEqual({ type: FAILURES.invalidStudy, message: 'study has 1 problem' });
  expect(study.log.published).toEqual([]);
});
