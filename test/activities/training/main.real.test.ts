import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { deriveSeed } from '../../../workflows/search/random';
import type { TrainJob } from '../../../activities/trial/protocol';
import {
  digitsJob,
  ForkedTrainer,
  freshFolder,
  type LocalDigits,
  packedDigits,
  tensorBits,
  withoutTimes,
} from '../../support/trainer';

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
    expect(engine).toMatch(/^tensorflow \S+, tfjs \S+, cpu, \S+, threads 1, onednn 1, compiled 4$/);
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

  it('killed at some step is taken over from its newest checkpoint by another that ends in the same bits', async () => {
    const first = await another();
    first.send({ type: 'start', job: job({ checkpointEverySteps: (deriveSeed('kill') % 50) + 5 }) });
    const { checkpoint } = await first.next('checkpoint');
    await first.kill();
    expect(await trained(trainer, job({ resumeFrom: checkpoint.path }))).toEqual(whole);
  });

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
    expect(await tell(job({ model: { layers: [{ className: 'Conv2D', config: { filter: 3 } }] } }))).toMatchObject({
      failure: 'ModelInvalid',
      message: expect.stringContaining('model.layers[0] (Conv2D)'),
    });
    const modelBundle = path.join(freshFolder(), 'bundle.cjs');
    writeFileSync(modelBundle, 'throw new Error("no such width");');
    expect(await tell(job({ model: { module: 'mine.js' }, modelBundle }))).toMatchObject({
      failure: 'ModelInvalid',
      message: "model.module 'mine.js' cannot be loaded: no such width",
    });
    expect(
      await tell(job({ dataset: { ...digits.dataset, sha256: 'other' }, datasetFolder: '/nowhere' })),
    ).toMatchObject({ failure: 'DatasetCorrupt', message: 'packed file cannot be read [file=manifest.json]' });
    expect(await trained(trainer, job())).toEqual(whole);
  });

  it('ignores a stop when it has no job', async () => {
    trainer.send({ type: 'stop' });
    expect(await trained(trainer, job())).toEqual(whole);
  });
});
