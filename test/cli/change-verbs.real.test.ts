import { randomUUID } from 'node:crypto';
import { change } from '../support/changes';
import { output, stepwell } from '../support/command-line';
import { heldTrials, settled } from '../support/held-trials';
import { sweepStudy } from '../support/scripted-files';
import { scriptedWorld } from '../support/scripted-studies';
import type { ScriptedStudy, ScriptedWorld } from '../support/scripted-studies';
import { temporalAddress } from '../support/services';
import { waitFor } from '../support/wait-for';

let world: ScriptedWorld;

beforeAll(async () => {
  process.env['TEMPORAL_ADDRESS'] = temporalAddress();
  world = await scriptedWorld(temporalAddress());
});
afterAll(() => world.stop());

describe('a study on the command line', () => {
  const name = `verbs-${randomUUID().slice(0, 8)}`;
  const trials = heldTrials();
  let study: ScriptedStudy;
  beforeAll(async () => {
    const file = sweepStudy({ name, budget: { maxTrials: 30, parallelTrials: 2 } });
    study = await world.start(
      { ...file, stages: [file.stages[0]!, { stage: 'finalTrain', replicates: 1, gate: 'approve' }] },
      { trial: trials.trial },
    );
    await settled(study, trials);
  });

  test('is paused when the command returns, and says how to go on', async () => {
    expect(await stepwell('pause', name)).toEqual({
      code: 0,
      stdout: `study ${name} is paused and its devices are free; go on with: stepwell resume ${name}\n`,
      stderr: '',
    });
    expect(study.log.running.size).toBe(0);
    const shown = await stepwell('show', name);
    expect(shown.stdout).toMatch(
      new RegExp(
        `^study ${name} is paused; [^]*\nthe study is paused; go on with: stepwell resume ${name}\n[^]*\nchanges\n  \\d{4}-.* UTC  pause by \\S+: running trials`,
      ),
    );
  });

  test('refuses what cannot be with 1, and what is wrong with 2, in one sentence and as JSON', async () => {
    expect(await stepwell('pause', name)).toEqual({
      code: 1,
      stdout: '',
      stderr: `stepwell: study ${name} is paused already; go on with: stepwell resume ${name}\n`,
    });
    const skipped = await stepwell('skip', name, 'final-train', '--json');
    expect([skipped.code, JSON.parse(skipped.stdout)]).toEqual([
      2,
      {
        studyId: name,
        status: 'failed',
        error: {
          type: 'ChangeInvalid',
          message: 'stage final-train must not be skipped: it trains the model that the study is for',
        },
      },
    ]);
    for (const [args, sentence] of [
      [
        ['enqueue', name, 'regularization-sweep', 'weightDecay'],
        'hyperparameters are written name=value, e.g. weightDecay=1e-4, got "weightDecay"',
      ],
      [['enqueue', name, 'regularization-sweep', 'dropoutRate=0.1', 'dropoutRate=0.2'], 'dropoutRate is given twice'],
      [['set-parallel', name, 'two'], 'trials must be a number, got "two"'],
      [['set-parallel', name, '0'], 'parallelTrials must be a whole number from 1 to 256, got 0'],
      [['extend', name], 'a budget is extended by deviceMinutes, by trials or by both, got neither'],
    ] as const)
      expect(await stepwell(...args)).toEqual({ code: 2, stdout: '', stderr: `stepwell: ${sentence}\n` });
    expect(await stepwell('approve', 'nowhere')).toMatchObject({
      code: 1,
      stderr: 'stepwell: there is no study nowhere; see those there are with: stepwell list\n',
    });
  });

  test('takes every change, goes on, waits at its gate, and ends with all of them in its result', async () => {
    expect(
      await stepwell('enqueue', name, 'regularization-sweep', 'weightDecay=1e-3', 'dropoutRate=0.25'),
    ).toMatchObject({
      code: 0,
      stdout: `study ${name} tries next in regularization-sweep: weightDecay 0.001, dropoutRate 0.25\n`,
    });
    expect(await stepwell('set-parallel', name, '3')).toMatchObject({
      code: 0,
      stdout: `study ${name} runs 3 at a time, before 2\n`,
    });
    expect(await stepwell('extend', name, '--trials', '5')).toMatchObject({
      code: 0,
      stdout: `study ${name} may spend 35 trials, before 30\n`,
    });
    const resumed = await stepwell('resume', name, '--json');
    expect(JSON.parse(resumed.stdout)).toMatchObject({
      studyId: name,
      what: 'resume',
      at: expect.any(String),
      by: expect.any(String),
    });
    await waitFor('three trials run', () => (study.log.running.size === 3 ? true : undefined));
    expect(await stepwell('skip', name, 'regularizationSweep')).toMatchObject({
      code: 0,
      stdout: `study ${name} skips regularization-sweep after 3 trials\n`,
    });
    await waitFor('the study waits', async () =>
      (await stepwell('show', name)).stdout.startsWith(`study ${name} is waiting; `) ? true : undefined,
    );
    expect((await stepwell('show', name)).stdout).toMatch(
      new RegExp(`\nfinal-train waits for approval; give it with: stepwell approve ${name}\n`),
    );
    expect(await stepwell('approve', name)).toMatchObject({
      code: 0,
      stdout: `study ${name}: final-train may begin\n`,
    });
    await waitFor('the final training runs', () => (study.log.running.has('final-train/000') ? true : undefined));
    trials.release('final-train/000');
    const { stdout: result } = await stepwell('watch', name);
    expect(result).toContain(
      'changes          pause, enqueueTrial, setParallelTrials, extendBudget, resume, skipStage, approve\n',
    );
  });

  test('that has ended takes no change, and exits with 1', async () => {
    expect(await stepwell('resume', name)).toEqual({
      code: 1,
      stdout: '',
      stderr: `stepwell: study ${name} does not run: it is completed\n`,
    });
  });
});

test('a watcher is told what people change', async () => {
  const trials = heldTrials();
  const name = `watched-${randomUUID().slice(0, 8)}`;
  const study = await world.start(sweepStudy({ name }), { trial: trials.trial });
  await settled(study, trials);
  const watching = stepwell('watch', name);
  await waitFor('the watcher looks', () => (output.stderr.includes('regularization-sweep begins') ? true : undefined));
  await change(study, 'pause', { by: 'ada' });
  await waitFor('the pause is told', () =>
    output.stderr.includes('pause by ada: running trials') &&
    output.stderr.includes(`the study is paused; go on with: stepwell resume ${name}`)
      ? true
      : undefined,
  );
  await study.handle.terminate();
  expect((await watching).code).toBe(1);
});
