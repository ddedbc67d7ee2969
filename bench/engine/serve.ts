/**
 * The side of a contestant: one JSON line on standard input, one on file descriptor 3 (libraries write to standard
 * output as they like).
 *
 * @module
 */
import { writeSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import type { EngineCase } from './cases';

/** Environment variable that has a contestant prepare to watch its training; of ours alone. */
export const WATCHED = 'BENCH_WATCHED';

/** What is timed, over all examples. `watch` trains with all instruments on. */
export type PassName = 'train' | 'watch' | 'evaluate';

/** Asks for the set-up once, then for passes. */
export type Question = { readonly ask: 'prepare'; readonly case: EngineCase } | { readonly ask: PassName };

export interface Prepared {
  /** From the data in memory to the end of the first step: building, compiling, one step. */
  readonly firstStepSeconds: number;
  readonly parameters: number;
  readonly versions: Readonly<Record<string, string>>;
}

export interface Pass {
  readonly seconds: number;
}

/** A model with its data, ready for passes; its first step is done. */
export interface Trainer {
  readonly parameters: number;
  readonly versions: Readonly<Record<string, string>>;
  train(): Promise<void>;
  /** Of ours that is prepared for it. */
  watch?(): Promise<void>;
  evaluate(): Promise<void>;
}

const ANSWERS = 3;

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return (performance.now() - startedAt) / 1000;
}

/**
 * Answers until standard input ends.
 *
 * @param load Makes the data, which is not timed; what it returns builds the model and takes the first step.
 */
export async function serve(load: (of: EngineCase) => () => Promise<Trainer>): Promise<void> {
  let trainer: Trainer | undefined;
  for await (const line of createInterface({ input: process.stdin })) {
    const question = JSON.parse(line) as Question;
    let answer: Prepared | Pass;
    if (question.ask === 'prepare') {
      const prepare = load(question.case);
      const prepared: Trainer[] = [];
      const firstStepSeconds = await secondsOf(async () => prepared.push(await prepare()));
      const [ready] = prepared as [Trainer];
      trainer = ready;
      answer = { firstStepSeconds, parameters: ready.parameters, versions: ready.versions };
    } else {
      const { ask } = question;
      const pass = trainer?.[ask]?.bind(trainer);
      if (pass === undefined) throw new Error(`${ask} must come after prepare, and of one who can`);
      answer = { seconds: await secondsOf(pass) };
    }
    writeSync(ANSWERS, `${JSON.stringify(answer)}\n`);
  }
}
