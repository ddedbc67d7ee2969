/**
 * The trainer process seen from the worker: TensorFlow blocks its thread and may take its process down, so it has one
 * of its own.
 *
 * @module
 */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { hostname } from 'node:os';
import { environmentForPrograms } from '../process-environment';
import { oomKillsAround } from './oom-kills';
import type { CheckpointFile, FromTrainer, ToTrainer, TrainJob, TrainReport } from './protocol';

/** TensorFlow and its first graph load within this, even on a loaded machine or a GPU that compiles kernels. */
const START_TIMEOUT_MILLISECONDS = 180_000;

/** The last lines of a trainer's error output, kept for its failure. */
const STDERR_CHARACTERS_MAX = 4_000;

/** What TensorFlow and its libraries write about themselves, whatever goes well or wrong. */
const LIBRARY_NOISE = [
  /^[IW]\d{4} \d\d:\d\d:/,
  /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+: [IW] /,
  /^WARNING: All log messages before absl::InitializeLog/,
  /^To enable the following instructions:/,
];

/** Signals of the processor and the runtime: the trainer brought them upon itself. Any other was sent by somebody. */
const FAULT_SIGNALS: readonly NodeJS.Signals[] = [
  'SIGSEGV',
  'SIGABRT',
  'SIGBUS',
  'SIGILL',
  'SIGFPE',
  'SIGTRAP',
  'SIGSYS',
];

export interface TrainerOptions {
  /** Entry file of the trainer; a TypeScript one runs through tsx. */
  readonly entry: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** The trainer process ended by itself or by a signal. */
export class TrainerCrashed extends Error {
  override readonly name = 'TrainerCrashed';
  /** E.g. `by SIGSEGV`. */
  readonly how: string;
  /** Somebody killed it. */
  readonly killed: boolean;
  /** That somebody was the kernel, for want of memory. */
  readonly outOfMemory: boolean;

  constructor(message: string, { how, killed, outOfMemory }: Pick<TrainerCrashed, 'how' | 'killed' | 'outOfMemory'>) {
    super(message);
    this.how = how;
    this.killed = killed;
    this.outOfMemory = outOfMemory;
  }
}

/** The trainer reports an error of the code or the data it was given. */
export class TrainerFailed extends Error {
  constructor(
    readonly failure: string,
    message: string,
    readonly trainerStack: string,
  ) {
    super(message);
    this.name = failure;
  }
}

export interface TrainerEvents {
  progress(message: Extract<FromTrainer, { type: 'progress' }>): void;
  checkpoint(checkpoint: CheckpointFile): void;
}

export class TrainerProcess {
  private errorOutput = '';
  private killedHere = false;
  /** It trains, or its last training did not end as trainings do. */
  private busy = false;
  private readonly oomKills: () => number;
  private readonly oomKillsAtStart: number;
  private listener: ((message: FromTrainer) => void) | undefined;
  private readonly exited: Promise<TrainerCrashed>;
  private end: TrainerCrashed | undefined;
  /** Told of the end of the process by the one who waits for something of it. */
  private onEnd: ((crash: TrainerCrashed) => void) | undefined;
  /** Identity of its engine; set once it is ready. */
  engine = '';
  /** What it trains on; set likewise. */
  device = '';

  private constructor(private readonly child: ChildProcess) {
    this.oomKills = oomKillsAround(child.pid);
    this.oomKillsAtStart = this.oomKills();
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.errorOutput = (this.errorOutput + text).slice(-STDERR_CHARACTERS_MAX);
    });
    child.on('message', (message) => this.listener?.(message as FromTrainer));
    this.exited = new Promise((resolve) => {
      const ended = (crash: TrainerCrashed): void => {
        this.end = crash;
        this.onEnd?.(crash);
        resolve(crash);
      };
      child.once('error', (error) =>
        ended(
          new TrainerCrashed(`trainer did not start: ${error.message}`, {
            how: 'before its start',
            killed: false,
            outOfMemory: false,
          }),
        ),
      );
      // Unlike `exit`, after all that it sent and wrote has arrived.
      child.once('close', (code, signal) => ended(this.crash(code, signal)));
    });
  }

  /**
   * Starts a trainer and waits until TensorFlow is loaded.
   *
   * @param signal Ends the start.
   * @throws TrainerCrashed with the end of its error output.
   */
  static async start({ entry, environment }: TrainerOptions, signal?: AbortSignal): Promise<TrainerProcess> {
    const child = fork(entry, {
      execArgv: entry.endsWith('.ts') ? ['--import', require.resolve('tsx')] : [],
      // No credentials: it runs modules of users.
      env: { ...environmentForPrograms(), ...environment },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    const trainer = new TrainerProcess(child);
    const ready = new Promise<void>((resolve) => {
      trainer.listener = (message) => {
        if (message.type !== 'ready') return;
        trainer.engine = message.engine;
        trainer.device = message.device;
        resolve();
      };
    });
    const kill = (): void => trainer.kill();
    const timer = setTimeout(kill, START_TIMEOUT_MILLISECONDS);
    signal?.addEventListener('abort', kill, { once: true });
    try {
      await trainer.orExit(ready);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', kill);
      trainer.listener = undefined;
    }
    return trainer;
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Names it among all workers' trainers. */
  get identity(): string {
    return `${hostname()}/${this.child.pid ?? 0}`;
  }

  get alive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null && this.child.connected;
  }

  /** Whether it can take another job. */
  get reusable(): boolean {
    return this.alive && !this.busy;
  }

  /**
   * Trains one job to its end.
   *
   * @returns The report, or `stopped` after `stop()`.
   * @throws TrainerFailed if the trainer reports an error, TrainerCrashed if it ends.
   */
  async train(job: TrainJob, events: TrainerEvents): Promise<TrainReport | 'stopped'> {
    const ended = new Promise<TrainReport | 'stopped'>((resolve, reject) => {
      this.listener = (message) => {
        if (message.type === 'progress') events.progress(message);
        else if (message.type === 'checkpoint') events.checkpoint(message.checkpoint);
        else if (message.type === 'finished') resolve(message.report);
        else if (message.type === 'stopped') resolve('stopped');
        else if (message.type === 'failed') reject(new TrainerFailed(message.failure, message.message, message.stack));
      };
    });
    this.busy = true;
    try {
      this.send({ type: 'start', job });
      const end = await this.orExit(ended);
      this.busy = false;
      return end;
    } finally {
      // The process may live on for other trials, and this one's listeners with it.
      this.listener = undefined;
    }
  }

  /** Asks for a checkpoint and an early end. */
  stop(): void {
    if (this.alive) this.send({ type: 'stop' });
  }

  kill(): void {
    this.killedHere = true;
    this.child.kill('SIGKILL');
  }

  /** Ends the process and waits for it. */
  async close(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.kill();
    await this.exited;
  }

  private send(message: ToTrainer): void {
    // A trainer that died in between shows as its exit; the send itself has nothing to add.
    this.child.send(message, () => undefined);
  }

  private async orExit<T>(work: Promise<T>): Promise<T> {
    try {
      return await new Promise<T>((resolve, reject) => {
        if (this.end !== undefined) reject(this.end);
        this.onEnd = reject;
        work.then(resolve, reject);
      });
    } finally {
      this.onEnd = undefined;
    }
  }

  private crash(code: number | null, signal: NodeJS.Signals | null): TrainerCrashed {
    const how = signal === null ? `with exit code ${String(code)}` : `by ${signal}`;
    const outOfMemory = signal === 'SIGKILL' && !this.killedHere && this.oomKills() > this.oomKillsAtStart;
    const killed = signal !== null && !FAULT_SIGNALS.includes(signal);
    // Whoever is killed from outside has not said why.
    const words = killed && !this.killedHere ? '' : ownWords(this.errorOutput);
    const said = words === '' ? '' : `: ${words}`;
    return new TrainerCrashed(`trainer process ended ${how}${outOfMemory ? ' (out of memory)' : ''}${said}`, {
      how,
      killed,
      outOfMemory,
    });
  }
}

/** What a process said in its error output, less what TensorFlow's libraries always say. */
export function ownWords(errorOutput: string): string {
  return errorOutput
    .split('\n')
    .filter((line) => !LIBRARY_NOISE.some((pattern) => pattern.test(line)))
    .join('\n')
    .trim();
}
