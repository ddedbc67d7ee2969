/**
 * Trainers kept warm: starting one costs seconds, and a warm one holds compiled graphs and the data set.
 *
 * @module
 */
import { abortable } from '../concurrency';
import { TrainerProcess } from './trainer-process';
import type { TrainerOptions } from './trainer-process';

/** One trainer at a time on each slot; a slot is a GPU, or a share of the CPU's cores. */
export class TrainerPool {
  private readonly free: number[];
  private readonly warm = new Map<number, TrainerProcess>();
  private readonly waiting: ((slot: number) => void)[] = [];
  private readonly closing = new AbortController();
  private prestarted: Promise<unknown> = Promise.resolve();

  constructor(
    slots: number,
    private readonly optionsOf: (slot: number) => TrainerOptions,
  ) {
    this.free = Array.from({ length: slots }, (_, slot) => slot);
  }

  /**
   * Runs `work` with a trainer of its own. The trainer is kept warm if `work` succeeds and did not ask for a fresh one.
   *
   * @param kind `fresh`: a process that has trained nothing and will train nothing else.
   * @param signal Ends the wait for a slot and the start of a trainer, with its reason; what `work` does is its own
   *   affair.
   */
  async use<T>(
    kind: 'warm' | 'fresh',
    work: (trainer: TrainerProcess) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    const slot = await this.takeSlot(signal);
    let keep = false;
    let trainer: TrainerProcess | undefined;
    try {
      trainer = await this.trainerOn(slot, kind, signal);
      signal?.throwIfAborted();
      const result = await work(trainer);
      keep = kind === 'warm';
      return result;
    } finally {
      if (trainer !== undefined && !(keep && trainer.alive)) {
        this.warm.delete(slot);
        await trainer.close();
      }
      this.giveSlot(slot);
    }
  }

  /**
   * Starts a trainer on every slot that is free, ahead of its first trial. Nobody need wait for it; a trial that comes
   * meanwhile takes the first trainer that is ready.
   */
  prestart(): void {
    const starts = Array.from({ length: this.free.length }, () =>
      this.use('warm', async () => undefined, this.closing.signal),
    );
    // What keeps a trainer from starting is told by the trial that then starts one itself.
    this.prestarted = Promise.allSettled(starts);
  }

  /** Ends every warm trainer, and those that are being started ahead. */
  async close(): Promise<void> {
    this.closing.abort(new Error('the pool of trainers is closed'));
    await this.prestarted;
    const trainers = [...this.warm.values()];
    this.warm.clear();
    await Promise.all(trainers.map((trainer) => trainer.close()));
  }

  private async trainerOn(
    slot: number,
    kind: 'warm' | 'fresh',
    signal: AbortSignal | undefined,
  ): Promise<TrainerProcess> {
    const known = this.warm.get(slot);
    if (known?.alive && kind === 'warm') return known;
    this.warm.delete(slot);
    // A fresh trial measures memory and time: the warm trainer beside it would hold some of both.
    await known?.close();
    signal?.throwIfAborted();
    const trainer = await TrainerProcess.start(this.optionsOf(slot), signal).catch((error: unknown) => {
      throw signal?.aborted === true ? signal.reason : error;
    });
    if (kind === 'warm') this.warm.set(slot, trainer);
    return trainer;
  }

  private async takeSlot(signal: AbortSignal | undefined): Promise<number> {
    signal?.throwIfAborted();
    const slot = this.free.shift();
    if (slot !== undefined) return slot;
    let take: (slot: number) => void = () => undefined;
    const taken = new Promise<number>((resolve) => {
      take = resolve;
    });
    this.waiting.push(take);
    if (signal === undefined) return taken;
    return abortable(taken, signal).catch((error: unknown) => {
      const place = this.waiting.indexOf(take);
      // A slot that was given at that very moment goes to the next.
      if (place === -1) void taken.then((given) => this.giveSlot(given));
      else this.waiting.splice(place, 1);
      throw error;
    });
  }

  private giveSlot(slot: number): void {
    const next = this.waiting.shift();
    if (next === undefined) this.free.push(slot);
    else next(slot);
  }
}
