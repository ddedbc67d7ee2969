import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { EngineCase } from './cases';
import type { Contestant } from './contestants';
import type { Pass, PassName, Prepared, Question } from './serve';

const STANDARD_ERROR_KEPT = 4000;

/** A contestant at work on one case, in a process of its own: its memory is this case's alone. */
export class ContestantProcess {
  readonly name: string;
  readonly passes: readonly PassName[];
  private readonly child: ChildProcess;
  private readonly answers: AsyncIterator<string>;
  private readonly exited: Promise<void>;
  private complaints = '';

  constructor(contestant: Contestant) {
    this.name = contestant.name;
    this.passes = contestant.passes;
    this.child = spawn(contestant.program, contestant.args, {
      env: { ...process.env, ...contestant.environment },
      stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
    });
    this.exited = new Promise((resolve) => {
      this.child.once('close', () => resolve());
      this.child.once('error', ({ message }) => {
        this.complaints += message;
        resolve();
      });
    });
    this.child.stderr?.on('data', (bytes: Buffer) => {
      this.complaints = (this.complaints + bytes.toString()).slice(-STANDARD_ERROR_KEPT);
    });
    // A contestant that dies shows as the end of its answers.
    this.child.stdin?.on('error', () => undefined);
    this.answers = createInterface({ input: this.child.stdio[3] as Readable })[Symbol.asyncIterator]();
  }

  prepare(of: EngineCase): Promise<Prepared> {
    return this.ask<Prepared>({ ask: 'prepare', case: of });
  }

  /** Seconds of a pass over all examples. */
  async secondsOf(pass: PassName): Promise<number> {
    return (await this.ask<Pass>({ ask: pass })).seconds;
  }

  /** Most resident memory so far; undefined where the system does not tell. */
  peakBytes(): number | undefined {
    try {
      const kibibytes = /^VmHWM:\s*(\d+) kB/m.exec(readFileSync(`/proc/${this.child.pid}/status`, 'utf8'))?.[1];
      return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
    } catch {
      return undefined;
    }
  }

  async end(): Promise<void> {
    this.child.stdin?.end();
    await this.exited;
  }

  private async ask<Answer>(question: Question): Promise<Answer> {
    (this.child.stdin as Writable).write(`${JSON.stringify(question)}\n`);
    const answer = await this.answers.next();
    if (answer.done === true) {
      await this.exited;
      throw new Error(`${this.name} ended without an answer [ask=${question.ask}]: ${this.complaints.trim()}`);
    }
    return JSON.parse(answer.value) as Answer;
  }
}
