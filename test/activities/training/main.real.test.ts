import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { deriveSeed } from '../../../workflows/search/random';
import type { LayerSpec } from '../../../workflows/words/study';
import type { TrainJob } from '../../../activities/trial/protocol';
import {
  digitsJob,
  ForkedTrainer,
  freshFolder,
  type LocalDigits,
  packedDigits,
  STATEFUL_MODEL,
  tensorBits,
  withoutTimes,
} from '../../support/trainer';
import { waitFor } from '../../support/wait-for';

/** The hyperparameter that makes the model what it cannot be. */
const X = { hparam: 'x' };
const layer = (className: string, config: LayerSpec['config'] = {}): LayerSpec => ({ className, config });
const conv = (config: LayerSpec['config']): LayerSpec => layer('Conv2D', { filters: 2, ...config });
const pool = (poolSize: unknown): LayerSpec => layer('MaxPooling2D', { poolSize });

let digits: LocalDigits;
let trainer: ForkedTrainer;
const others: ForkedTrainer[] = [];

beforeAll(async () => {
  [digits, trainer] = await Promise.all([packedDigits(), ForkedTrainer.start()]);
});
afterAll(() => trainer.kill());
afterEach(async () => {
  await Promise.all(others.splice(0).map((other) => other.kill()));
});

async function another(): Promise<ForkedTrainer> {
  const started = await ForkedTrainer.start();
  others.push(started);
  return started;
}

const job = (more: Partial<TrainJob> = {}): TrainJob =>
  digitsJob(digits, {
    trial: {
      limit: { epochs: 3 },
      hparams: { dropoutRate: 0.3, shift: 0.1 },
      evaluate: { validation: 'epoch', test: true },
    },
    ...more,
  });

async function trained(
  by: ForkedTrainer,
  what: TrainJob,
): Promise<{ readonly measurement: object; readonly bits: ReadonlyMap<string, string> }> {
  by.send({ type: 'start', job: what });
  const { report } = await by.next('finished');
  if (report.outcome.status !== 'completed') throw new Error(`training ended ${report.outcome.status}`);
  return { measurement: withoutTimes(report.outcome.measurement), bits: tensorBits(report.weightsPath!) };
}

/** The same trial never interrupted. */
let whole: Awaited<ReturnType<typeof trained>>;
beforeAll(async () => {
  whole = await trained(trainer, job());
});

describe('the trainer process', () => {
  it('tells its first step at once, where it goes, and which engine it is', async () => {
    const { engine } = trainer;
    expect(engine).toMatch(/^tensorflow \S+, tfjs \S+, cpu, \S+, threads 1, onednn 1, compiled 6$/);
    trainer.messages.length = 0;
    trainer.send({ type: 'start', job: job() });
    expect(await trainer.next('progress')).toMatchObject({
      step: 1,
      stepsTotal: 108,
      epoch: 1,
      loss: expect.any(Number),
      deviceSeconds: expect.any(Number),
    });
    const { report } = await trainer.next('finished');
    expect(report.engine).toBe(engine);
  });

  it('ends in the same bits in every process, warm or fresh', async () => {
    expect(await trained(trainer, job())).toEqual(whole);
    expect(await trained(await another(), job())).toEqual(whole);
  });

  it('stops when asked to with a checkpoint, from which another process ends in the same bits', async () => {
    const first = await another();
    first.send({ type: 'start', job: job() });
    await first.next('progress');
    first.send({ type: 'stop' });
    const { step } = await first.next('stopped');
    const checkpoints = first.messages.flatMap((message) =>
      message.type === 'checkpoint' ? [message.checkpoint] : [],
    );
    const last = checkpoints.at(-1)!;
    expect(last.step).toBe(step);
    expect(step).toBeLessThan(108);
    expect(await trained(trainer, job({ resumeFrom: last.path }))).toEqual(whole);
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGUSR2'] as const)(
    'signalled by %s, as a whole group is, stops with a checkpoint and lives on, from which another ends in the same bits',
    async (signal) => {
      const first = await another();
      first.send({ type: 'start', job: job() });
      await first.next('progress');
      first.child.kill(signal);
      const { step } = await first.next('stopped');
      const last = first.messages.findLast((message) => message.type === 'checkpoint')?.checkpoint;
      expect(last?.step).toBe(step);
      expect(await trained(first, job({ resumeFrom: last?.path ?? null }))).toEqual(whole);
      first.child.kill(signal);
      // Whether the signal is heard before the next job begins or after, nobody can know.
      first.send({ type: 'start', job: job() });
      await waitFor('it still answers', () =>
        first.messages.some(({ type }) => type === 'finished' || type === 'stopped') ? true : undefined,
      );
    },
  );

  it('killed at some step is taken over from its newest checkpoint by another that ends in the same bits', async () => {
    const first = await another();
    first.send({ type: 'start', job: job({ checkpointEverySteps: (deriveSeed('kill') % 50) + 5 }) });
    const { checkpoint } = await first.next('checkpoint');
    await first.kill();
    expect(await trained(trainer, job({ resumeFrom: checkpoint.path }))).toEqual(whole);
  });

  it.each([{ emaDecay: 0.99 }, { swaStartFraction: 0.3 }])(
    'killed while it averages weights is taken over likewise: %j',
    async (averaging) => {
      const averaged = (more: Partial<TrainJob> = {}): TrainJob =>
        digitsJob(digits, {
          model: STATEFUL_MODEL,
          trial: { limit: { epochs: 3 }, hparams: { dropoutRate: 0.3, shift: 0.1, ...averaging } },
          ...more,
        });
      const first = await another();
      first.send({ type: 'start', job: averaged({ checkpointEverySteps: 50 }) });
      const { checkpoint } = await first.next('checkpoint');
      await first.kill();
      const resumed = await trained(trainer, averaged({ resumeFrom: checkpoint.path }));
      expect(resumed).toEqual(await trained(trainer, averaged()));
    },
  );

  it('ends when its worker is gone, even in the middle of a job', async () => {
    const orphan = await another();
    orphan.send({ type: 'start', job: job({ checkpointEverySteps: 1 }) });
    await orphan.next('progress');
    orphan.child.disconnect();
    expect(await orphan.exited).toBe(0);
  });

  it('reports what is wrong with a job by type and in words, and trains the next one', async () => {
    const tell = async (what: TrainJob): Promise<object> => {
      trainer.send({ type: 'start', job: what });
      return trainer.next('failed');
    };
    const modelBundle = path.join(freshFolder(), 'bundle.cjs');
    writeFileSync(modelBundle, 'throw new Error("no such width");');
    expect(await tell(job({ model: { module: 'mine.js' }, modelBundle }))).toMatchObject({
      failure: 'ModuleUnavailable',
      message: "model.module 'mine.js' cannot be loaded: no such width",
    });
    expect(
      await tell(job({ dataset: { ...digits.dataset, sha256: 'other' }, datasetFolder: '/nowhere' })),
    ).toMatchObject({ failure: 'DatasetCorrupt', message: 'packed file cannot be read [file=manifest.json]' });
    expect(await trained(trainer, job())).toEqual(whole);
  });

  it.each<[string, readonly LayerSpec[], number | string]>([
    ['a kernel larger than its image', [conv({ kernelSize: X })], 30],
    ['an image that shrinks away', [conv({ kernelSize: 5 }), pool(X), conv({ kernelSize: 5 })], 6],
    ['a pool larger than its image', [pool(X)], 40],
    ['no filters', [conv({ kernelSize: 3, filters: X })], 0],
    ['half a filter', [conv({ kernelSize: 3, filters: X })], 2.5],
    ['half a kernel', [conv({ kernelSize: X })], 2.5],
    ['no stride', [conv({ kernelSize: 3, strides: X })], 0],
    ['no units', [layer('Flatten'), layer('Dense', { units: X })], 0],
    ['an unknown activation', [conv({ kernelSize: 3, activation: X })], 'swish2'],
    ['a shape of another size', [layer('Reshape', { targetShape: [X, 8, 1] })], 7],
    ['a crop larger than its image', [layer('Cropping2D', { cropping: X })], 20],
    ['a stride and a dilation', [conv({ kernelSize: 3, strides: 2, dilationRate: X })], 2],
  ])('finds that there is no model with %s', async (_, layers, x) => {
    const { trial } = job();
    trainer.send({
      type: 'start',
      job: job({
        model: { layers: [...layers, layer('Flatten'), layer('Dense', { units: 10 })] },
        trial: { ...trial, hparams: { ...trial.hparams, x } },
      }),
    });
    const { report } = await trainer.next('finished');
    expect(report.outcome).toEqual({ status: 'invalid', reason: expect.stringContaining('layer') });
  });

  it('trains on after all of them', async () => {
    expect(await trained(trainer, job())).toEqual(whole);
  });

  it('ignores a stop when it has no job', async () => {
    trainer.send({ type: 'stop' });
    expect(await trained(trainer, job())).toEqual(whole);
  });
});
