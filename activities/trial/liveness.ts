/**
 * Heartbeats that prove progress: sent only while something moved lately.
 *
 * @module
 */

/** Before the first step a trainer loads data and compiles graphs or, on a new GPU, kernels. */
const STALL_SECONDS_BEFORE_FIRST_STEP = 300;

/** No step takes this many times as long as the slowest one so far. */
const STALL_FACTOR = 20;

/** A first evaluation compiles a graph of its own, on a busy machine for longer than hundreds of steps take. */
const STALL_SECONDS_MIN = 60;

/** A single slow step, such as the first, does not make a trainer that hangs look alive for hours. */
const STALL_FACTOR_ABOVE_LIMIT = 3;

/**
 * The longest silence of a transfer that moves: all tell of their bytes as they go, and the store's client ends one of
 * which none has for 280 s, in which 64 kbit/s move what the operating system takes at once.
 */
export const TRANSFER_STALL_SECONDS = 300;

/** An attempt that was told of a stall ends within this; one that cannot even be killed is Temporal's to give up. */
const END_SECONDS_MAX = 300;

/**
 * What a trial is at.
 *
 * - `waiting`: for its turn on a trainer, which those who hold it bound.
 * - `transferring`: fetching what it trains on, or storing what came of it. Only bytes count.
 * - `training`: only the trainer's steps count, whatever is uploaded beside them.
 */
export type Phase = 'waiting' | 'transferring' | 'training';

/** A heartbeat costs the server a write; a trial that ends within this needs none. */
const FIRST_BEAT_MILLISECONDS = 1_000;

export interface LivenessOptions {
  /** Tells Temporal that the trial moves. */
  readonly heartbeat: () => void;
  readonly heartbeatEverySeconds: number;
  /** Called once when nothing has moved for too long. */
  readonly onStall: (seconds: number, phase: Phase) => void;
  /** Milliseconds of a monotonic clock. */
  readonly now?: () => number;
}

/**
 * Watches one trial. After a stall heartbeats go on until `end`: the next attempt must not begin beside a trainer that
 * still runs.
 */
export class Liveness {
  private readonly timer: NodeJS.Timeout;
  private readonly firstBeat: NodeJS.Timeout;
  private readonly now: () => number;
  private phase: Phase = 'waiting';
  private movedAt: number;
  private steppedAt: number | undefined;
  private slowestGapSeconds: number | undefined;
  private stalledAt: number | undefined;

  constructor(private readonly options: LivenessOptions) {
    this.now = options.now ?? (() => performance.now());
    this.movedAt = this.now();
    this.timer = setInterval(() => this.check(), options.heartbeatEverySeconds * 1000);
    this.firstBeat = setTimeout(() => this.check(), FIRST_BEAT_MILLISECONDS);
  }

  /** The longest silence that is not yet a stall, from what this trial showed so far. */
  get stallSeconds(): number {
    if (this.phase === 'waiting') return Number.POSITIVE_INFINITY;
    if (this.phase === 'transferring') return TRANSFER_STALL_SECONDS;
    if (this.slowestGapSeconds === undefined) return STALL_SECONDS_BEFORE_FIRST_STEP;
    const limit = Math.max(STALL_SECONDS_BEFORE_FIRST_STEP, STALL_FACTOR_ABOVE_LIMIT * this.slowestGapSeconds);
    return Math.min(Math.max(STALL_SECONDS_MIN, STALL_FACTOR * this.slowestGapSeconds), limit);
  }

  enter(phase: Phase): void {
    this.phase = phase;
    this.movedAt = this.now();
  }

  /** Bytes of a transfer moved. */
  moved(): void {
    if (this.phase === 'transferring') this.movedAt = this.now();
  }

  /** The trainer made a step. */
  stepped(): void {
    const now = this.now();
    const gap = (now - (this.steppedAt ?? this.movedAt)) / 1000;
    this.slowestGapSeconds = Math.max(this.slowestGapSeconds ?? 0, gap);
    this.steppedAt = now;
    this.movedAt = now;
  }

  /** Called by the timer; public for tests of the rule itself. */
  check(): void {
    const now = this.now();
    const silence = (now - this.movedAt) / 1000;
    if (this.stalledAt === undefined && silence > this.stallSeconds) {
      this.stalledAt = now;
      this.options.onStall(silence, this.phase);
    }
    if (this.stalledAt === undefined || now - this.stalledAt <= END_SECONDS_MAX * 1000) this.options.heartbeat();
  }

  end(): void {
    clearInterval(this.timer);
    clearTimeout(this.firstBeat);
  }
}
