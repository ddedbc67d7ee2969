/**
 * Trainers kept warm: starting one costs seconds, and a warm one holds compiled graphs and the data set.
 *
 * @module
 */
import { abortable } from '../concurrency';
import { TrainerProcess } from './trainer-process';
import type { TrainerOptions } from './trainer-process';

/** What a trainer is whatever it trains: the same for all that start on one slot. */
export type TrainerKind = Pick<TrainerProcess, 'engine' | 'device'>;

/** One trainer at a time on each slot; a slot is a GPU, or a share of the CPU's cores. */
export class TrainerPool {
  private readonly free: number[];
  private readonly kinds = new Map<number, TrainerKind>();
  private readonly watchers = new Set<() => void>();
  private beside = 0;
  private readonly warm = new Map<number, TrainerProcess>();
  private readonly waiting: ((slot: number) => void)[] = [];
  private readonly closing = new AbortController();
  private prestarted: Promise<unknown> = Promise.resolve();

  constructor(
    readonly slots: number,
    private readonly optionsOf: (slot: number) => TrainerOptions,
  ) {
    this.free = Array.from({ length: slots }, (_, slot) => slot);
  }

  /**
   * Runs `work` with a trainer of its own. The trainer is kept warm, however `work` ends, unless it is a fresh one or
   * did not come to the end of a training.
   *
   * @param kind `fresh`: a process that has trained nothing and will train nothing else. It measures times: none starts
   *   while others store what they trained.
   * @param work May call `release` when it needs its trainer no more: the slot is the next one's then. Of as many as
   *   there are slots that go on so, the next keeps its slot, so that their results do not pile up.
   * @param signal Ends the wait for a slot and the start of a trainer, with its reason; what `work` does is its own
   *   affair.
   * @param look Called before a fresh trainer takes the place of a warm one, where it is known what it will be. What it
   *   throws ends the use.
   */
  async use<T>(
    kind: 'warm' | 'fresh',
    work: (trainer: TrainerProcess, release: () => void) => Promise<T>,
    signal?: AbortSignal,
    look?: (kind: TrainerKind) => Promise<void>,
  ): Promise<T> {
    const slot = await this.takeSlot(signal);
    let trainer: TrainerProcess | undefined;
    let released: Promise<void> | undefined;
    const release = (): void => {
      if (trainer === undefined || released !== undefined || this.beside === this.slots) return;
      this.countBeside(1);
      released = this.giveBack(slot, kind, trainer);
    };
    try {
      trainer = await this.trainerOn(slot, kind, signal, look);
      signal?.throwIfAborted();
      return await work(trainer, release);
    } finally {
      if (released !== undefined) this.countBeside(-1);
      await (released ?? this.giveBack(slot, kind, trainer));
    }
  }

  /** Uses that have given their slot back and still go on; at most as many as slots. */
  get storing(): number {
    return this.beside;
  }

  /** Tells whenever `storing` has changed. */
  watch(onChange: () => void): void {
    this.watchers.add(onChange);
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
    look: ((kind: TrainerKind) => Promise<void>) | undefined,
  ): Promise<TrainerProcess> {
    const known = this.warm.get(slot);
    if (known?.reusable && kind === 'warm') return known;
    const will = this.kinds.get(slot);
    if (kind === 'fresh' && will !== undefined) await look?.(will);
    if (kind === 'fresh') await this.quiet(signal);
    this.warm.delete(slot);
    // A fresh trial measures memory and time: the warm trainer beside it would hold some of both.
    await known?.close();
    signal?.throwIfAborted();
    const trainer = await TrainerProcess.start(this.optionsOf(slot), signal).catch((error: unknown) => {
      throw signal?.aborted === true ? signal.reason : error;
    });
    this.kinds.set(slot, { engine: trainer.engine, device: trainer.device });
    if (kind === 'warm') this.warm.set(slot, trainer);
    return trainer;
  }

  private async giveBack(slot: number, kind: 'warm' | 'fresh', trainer: TrainerProcess | undefined): Promise<void> {
    if (trainer !== undefined && !(kind === 'warm' && trainer.reusable)) {
      this.warm.delete(slot);
      await trainer.close();
    }
    this.giveSlot(slot);
  }

  private countBeside(change: 1 | -1): void {
    this.beside += change;
    this.watchers.forEach((onChange) => onChange());
  }

  /** Resolves when nobody stores beside a trainer. */
  private async quiet(signal: AbortSignal | undefined): Promise<void> {
    if (this.beside === 0) return;
    let onChange = (): void => undefined;
    const over = new Promise<void>((resolve) => {
      onChange = () => {
        if (this.beside === 0) resolve();
      };
    });
    this.watchers.add(onChange);
    try {
      await (signal === undefined ? over : abortable(over, signal));
    } finally {
      this.watchers.delete(onChange);
    }
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
