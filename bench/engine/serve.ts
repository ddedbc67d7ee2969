/**
 * The side of a contestant: one JSON line on standard input, one on file descriptor 3 (libraries write to standard output as they like).
 *
 * @module
 */
import { writeSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import type { EngineCase } from './cases';

/** Environment variable that has a contestant watch its training; of ours alone. */
export const WATCHED = 'BENCH_WATCHED';

/** Asks for the set-up once, then for passes over all examples. */
export type Question = { readonly ask: 'prepare'; readonly case: EngineCase } | { readonly ask: 'train' | 'evaluate' };

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
      let prepared: Trainer | undefined;
      const firstStepSeconds = await secondsOf(async () => (prepared = await prepare()));
      trainer = prepared as unknown as Trainer;
      answer = { firstStepSeconds, parameters: trainer.parameters, versions: trainer.versions };
    } else {
      const held = trainer;
      const { ask } = question;
      if (held === undefined) throw new Error(`prepare must come before ${ask}`);
      answer = { seconds: await secondsOf(() => held[ask]()) };
    }
    writeSync(ANSWERS, `${JSON.stringify(answer)}\n`);
  }
}
