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

/** A heartbeat costs the server a write; a trial that ends within this needs none. */
const FIRST_BEAT_MILLISECONDS = 1_000;

export interface LivenessOptions {
  /** Tells Temporal that the trial moves. */
  readonly heartbeat: () => void;
  readonly heartbeatEverySeconds: number;
  /** Called once when nothing has moved for too long. */
  readonly onStall: (seconds: number) => void;
  /** Milliseconds of a monotonic clock. */
  readonly now?: () => number;
}

/** Watches one trial. */
export class Liveness {
  private readonly timer: NodeJS.Timeout;
  private readonly firstBeat: NodeJS.Timeout;
  private readonly now: () => number;
  private movedAt: number;
  private steppedAt: number | undefined;
  private slowestGapSeconds: number | undefined;
  private stalled = false;

  constructor(private readonly options: LivenessOptions) {
    this.now = options.now ?? (() => performance.now());
    this.movedAt = this.now();
    this.timer = setInterval(() => this.check(), options.heartbeatEverySeconds * 1000);
    this.firstBeat = setTimeout(() => this.check(), FIRST_BEAT_MILLISECONDS);
  }

  /** The longest silence that is not yet a stall, from what this trial showed so far. */
  get stallSeconds(): number {
    if (this.slowestGapSeconds === undefined) return STALL_SECONDS_BEFORE_FIRST_STEP;
    const limit = Math.max(STALL_SECONDS_BEFORE_FIRST_STEP, STALL_FACTOR_ABOVE_LIMIT * this.slowestGapSeconds);
    return Math.min(Math.max(STALL_SECONDS_MIN, STALL_FACTOR * this.slowestGapSeconds), limit);
  }

  /** Something moved: a download, an upload. */
  moved(): void {
    this.movedAt = this.now();
  }

  /** The trainer made a step. */
  stepped(): void {
    const gap = (this.now() - (this.steppedAt ?? this.movedAt)) / 1000;
    this.slowestGapSeconds = Math.max(this.slowestGapSeconds ?? 0, gap);
    this.steppedAt = this.now();
    this.moved();
  }

  /** Called by the timer; public for tests of the rule itself. */
  check(): void {
    if (this.stalled) return;
    const silence = (this.now() - this.movedAt) / 1000;
    if (silence <= this.stallSeconds) {
      this.options.heartbeat();
      return;
    }
    this.stalled = true;
    this.options.onStall(silence);
  }

  end(): void {
    clearInterval(this.timer);
    clearTimeout(this.firstBeat);
  }
}
