/**
 * The process that answers for a model, seen from the command: TensorFlow blocks its thread and may take its process
 * down.
 *
 * @module
 */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import path from 'node:path';
import { environmentForPrograms } from '../process-environment';
import { ownWords } from '../trial/trainer-process';
import { ModelUnreadable } from './exported-model';
import type { FromInference, ImageBatch, ModelOutputs, ModelToLoad, ToInference } from './protocol';

const EXTENSION = path.extname(__filename);
const ENTRY = path.join(__dirname, '..', 'training', 'tensorflow', 'inference', `main${EXTENSION}`);

/** The last of a process's error output, kept for its failure. */
const STDERR_CHARACTERS_MAX = 4_000;

/** The process did not start or has ended by itself: nothing more will be answered. */
export class InferenceEnded extends Error {
  override readonly name = 'InferenceEnded';
}

interface Asked {
  resolve(outputs: ModelOutputs): void;
  reject(error: Error): void;
}

export class InferenceProcess {
  private readonly asked = new Map<number, Asked>();
  private count = 0;
  private errorOutput = '';
  private end: InferenceEnded | undefined;
  private readonly whenReady: Promise<void>;
  /** Resolves to why, once there is no process any more. */
  readonly ended: Promise<InferenceEnded>;

  private constructor(private readonly child: ChildProcess) {
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.errorOutput = (this.errorOutput + text).slice(-STDERR_CHARACTERS_MAX);
    });
    this.ended = new Promise((resolve) => {
      const onEnd = (how: string): void => {
        const said = ownWords(this.errorOutput);
        this.end = new InferenceEnded(
          `the process that answers for the model ended ${how}${said === '' ? '' : `: ${said}`}`,
        );
        for (const { reject } of this.asked.values()) reject(this.end);
        this.asked.clear();
        resolve(this.end);
      };
      child.once('error', ({ message }) => onEnd(`before its start: ${message}`));
      // Unlike `exit`, after all that it sent and wrote has arrived.
      child.once('close', (code, signal) => onEnd(signal === null ? `with exit code ${String(code)}` : `by ${signal}`));
    });
    this.whenReady = new Promise((resolve, reject) => {
      child.on('message', (message) => this.take(message as FromInference, resolve, reject));
    });
  }

  /**
   * Starts a process and waits until it has loaded the model.
   *
   * @param environment Beside what every program of ours gets, e.g. which GPU it sees.
   * @throws ModelUnreadable in TensorFlow's words; InferenceEnded with the end of its error output.
   */
  static async start(
    model: ModelToLoad,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<InferenceProcess> {
    const child = fork(ENTRY, [JSON.stringify(model)], {
      execArgv: EXTENSION === '.ts' ? ['--import', require.resolve('tsx')] : [],
      // No credentials: a model is a program of its maker's.
      env: { ...environmentForPrograms(), ...environment },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      serialization: 'advanced',
    });
    const started = new InferenceProcess(child);
    const failed = started.ended.then((end) => {
      throw end;
    });
    failed.catch(() => undefined);
    try {
      await Promise.race([started.whenReady, failed]);
      return started;
    } catch (error) {
      await started.close();
      throw error;
    }
  }

  /** @throws InferenceEnded; Error in TensorFlow's words for a batch that it refuses. */
  answer(batch: ImageBatch): Promise<ModelOutputs> {
    return new Promise((resolve, reject) => {
      if (this.end !== undefined) return reject(this.end);
      const id = this.count++;
      this.asked.set(id, { resolve, reject });
      // A process that died in between shows as its end.
      this.child.send({ id, batch } satisfies ToInference, () => undefined);
    });
  }

  /** Ends the process and waits for it; what it has not answered is refused. */
  async close(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  private take(message: FromInference, onReady: () => void, onRefused: (error: Error) => void): void {
    if (message.type === 'ready') return onReady();
    if (message.type === 'refused')
      return onRefused(new ModelUnreadable(`TensorFlow does not take the model: ${message.message}`));
    const asked = this.asked.get(message.id);
    this.asked.delete(message.id);
    if (message.type === 'answer') asked?.resolve(message.outputs);
    else asked?.reject(new Error(message.message));
  }
}
