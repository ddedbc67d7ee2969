import path from 'node:path';
import { TrainerPool } from '../../../activities/trial/trainer-pool';
import { TrainerProcess } from '../../../activities/trial/trainer-process';
import type { TrainerEvents } from '../../../activities/trial/trainer-process';
import { waitFor } from '../../support/wait-for';
import { stubJob } from './stub-job';

const entry = path.join(__dirname, 'stub-trainer.cjs');
const NO_EVENTS: TrainerEvents = { progress: () => undefined, checkpoint: () => undefined };

const isAlive = (pid: number | undefined): boolean => {
  try {
    return process.kill(pid ?? 0, 0);
  } catch {
    return false;
  }
};

describe('a trainer process', () => {
  test('trains one job after another, and is known by its host and pid', async () => {
    const trainer = await TrainerProcess.start({ entry, environment: {} });
    expect(trainer).toMatchObject({
      engine: 'stub',
      alive: true,
      identity: expect.stringMatching(new RegExp(`/${trainer.pid}$`)),
    });
    const steps: number[] = [];
    const events = { ...NO_EVENTS, progress: ({ step }: { step: number }) => steps.push(step) };
    for (const job of [stubJob(3), stubJob(2)])
      expect(await trainer.train(job, events)).toMatchObject({ outcome: { status: 'completed' } });
    expect(steps).toEqual([1, 2, 3, 1, 2]);
    await trainer.close();
    expect(trainer.alive).toBe(false);
  });

  test("that ends in the middle says how, with its last words and without its libraries' noise", async () => {
    const trainer = await TrainerProcess.start({ entry, environment: {} });
    await expect(trainer.train(stubJob(9, { exitAt: 2 }), NO_EVENTS)).rejects.toMatchObject({
      name: 'TrainerCrashed',
      message: 'trainer process ended with exit code 7: first words\nlast words',
      how: 'with exit code 7',
      killed: false,
      outOfMemory: false,
    });
    await expect(trainer.train(stubJob(9), NO_EVENTS)).rejects.toMatchObject({ name: 'TrainerCrashed' });
  });

  test.each([
    ['SIGKILL', true, ''],
    ['SIGSEGV', false, ': first words'],
  ] as const)('that ends by %s was killed by somebody: %s', async (signal, killed, words) => {
    const trainer = await TrainerProcess.start({ entry, environment: {} });
    const training = trainer.train(stubJob(1000), {
      ...NO_EVENTS,
      progress: () => process.kill(trainer.pid ?? 0, signal),
    });
    await expect(training).rejects.toMatchObject({
      name: 'TrainerCrashed',
      message: `trainer process ended by ${signal}${words}`,
      how: `by ${signal}`,
      killed,
      outOfMemory: false,
    });
  });

  test('that cannot start says why', async () => {
    await expect(TrainerProcess.start({ entry, environment: { STUB_TRAINER: 'broken' } })).rejects.toMatchObject({
      message: expect.stringContaining('no native binding'),
    });
  });
});

describe('a pool of trainers', () => {
  const poolOf = (slots: number, environment = {}): TrainerPool =>
    new TrainerPool(slots, () => ({ entry, environment }));

  test('keeps a trainer warm, and starts another after a training that failed or was fresh', async () => {
    const pool = poolOf(1);
    const pidOf = (trainer: TrainerProcess): Promise<number | undefined> => Promise.resolve(trainer.pid);
    const first = await pool.use('warm', pidOf);
    expect(await pool.use('warm', pidOf)).toBe(first);
    const fresh = await pool.use('fresh', pidOf);
    expect([first, fresh].map(isAlive)).toEqual([false, false]);
    const second = await pool.use('warm', pidOf);
    const failing = pool.use('warm', (trainer) => trainer.train(stubJob(9, { failAt: 1 }), NO_EVENTS));
    await expect(failing).rejects.toThrow('told to fail');
    expect(isAlive(second)).toBe(false);
    expect(new Set([first, fresh, second]).size).toBe(3);
    await pool.close();
  });

  test('leaves a trainer alone that its work never asked to train, as where the trial is busy elsewhere', async () => {
    const pool = poolOf(1);
    const pid = await pool.use('warm', async (trainer) => trainer.pid);
    await expect(pool.use('warm', () => Promise.reject(new Error('busy')))).rejects.toThrow('busy');
    const look = (): Promise<void> => Promise.reject(new Error('busy'));
    await expect(pool.use('fresh', async () => undefined, undefined, look)).rejects.toThrow('busy');
    expect(await pool.use('warm', async (trainer) => trainer.pid)).toBe(pid);
    await pool.close();
  });

  test('gives a released slot to the next one while the first stores, but to no more than there are slots', async () => {
    const pool = poolOf(1);
    const stored: (() => void)[] = [];
    const storing = (_trainer: TrainerProcess, release: () => void): Promise<void> => {
      release();
      return new Promise((resolve) => stored.push(resolve));
    };
    const first = pool.use('warm', storing);
    const second = pool.use('warm', storing);
    await waitFor('both store', () => (stored.length === 2 ? true : undefined));
    expect(pool.storing).toBe(1);
    let third = false;
    const next = pool.use('warm', async () => {
      third = true;
    });
    const fresh = pool.use('fresh', async () => pool.storing);
    await new Promise(setImmediate);
    expect(third).toBe(false);
    stored[1]?.();
    await Promise.all([second, next]);
    stored[0]?.();
    await first;
    expect(await fresh).toBe(0);
    await pool.close();
  });

  test('gives a slot to one at a time, in the order of asking', async () => {
    const pool = poolOf(1);
    const order: string[] = [];
    const work = (name: string) => async (): Promise<void> => {
      order.push(`${name} begins`);
      await new Promise(setImmediate);
      order.push(`${name} ends`);
    };
    await Promise.all(['a', 'b', 'c'].map((name) => pool.use('warm', work(name))));
    expect(order).toEqual(['a', 'b', 'c'].flatMap((name) => [`${name} begins`, `${name} ends`]));
    await pool.close();
  });

  test('lets an aborted one wait no longer, and gives its turn to the next', async () => {
    const pool = poolOf(1);
    let release: (() => void) | undefined;
    const held = pool.use(
      'warm',
      () =>
        new Promise<void>((resolve) => {
          release = resolve;
        }),
    );
    const ending = new AbortController();
    const waiting = pool.use('warm', async () => 'never', ending.signal);
    const next = pool.use('warm', async () => 'next');
    ending.abort(new Error('stopped'));
    await expect(waiting).rejects.toBe(ending.signal.reason);
    (await waitFor('the first one works', () => release))();
    await held;
    expect(await next).toBe('next');
    await expect(pool.use('warm', async () => 'never', ending.signal)).rejects.toBe(ending.signal.reason);
    expect(await pool.use('warm', async () => 'free')).toBe('free');
    await pool.close();
  });

  test('starts a trainer on every free slot ahead of its trials, which find them warm', async () => {
    const started: number[] = [];
    const pool = new TrainerPool(2, (slot) => {
      started.push(slot);
      return { entry, environment: {} };
    });
    pool.prestart();
    await waitFor('two trainers are being started', () => (started.length === 2 ? started : undefined));
    const pids = await Promise.all([0, 1].map(() => pool.use('warm', async ({ pid }) => pid)));
    expect(pids.map(isAlive)).toEqual([true, true]);
    expect(started).toEqual([0, 1]);
    await pool.close();
    expect(pids.map(isAlive)).toEqual([false, false]);
  });

  test('ends what it starts ahead when it is closed, without waiting for it to be ready', async () => {
    const started: number[] = [];
    const pool = new TrainerPool(2, (slot) => {
      started.push(slot);
      return { entry, environment: { STUB_TRAINER: 'never-ready' } };
    });
    pool.prestart();
    await waitFor('two trainers are being started', () => (started.length === 2 ? started : undefined));
    await pool.close();
  });

  test('ends the start of a trainer that is not waited for any more', async () => {
    const pool = poolOf(1, { STUB_TRAINER: 'never-ready' });
    const ending = new AbortController();
    const starting = pool.use('warm', async () => 'never', ending.signal);
    setImmediate(() => ending.abort(new Error('stopped')));
    await expect(starting).rejects.toThrow('stopped');
  });
});
