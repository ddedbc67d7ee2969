/**
 * Optuna at the same work: it chooses, our trainer trains, an epoch at a time so that it may prune after each.
 *
 * @module
 */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { stretched } from '../../workflows/stages/schedules';
import { stepsOf } from '../../workflows/trials/length';
import type { HParams, TrialSpec } from '../../workflows/words/trial';
import type { Outcome } from '../../workflows/words/outcome';
import type { Answer } from './staged';
import type { Contest } from './contest';

export type PrunerName = 'median' | 'asha';

/** A space as `optuna_peer.py` takes it; an ordinal is searched by its place in the list. */
export type PeerSpace = Readonly<
  Record<
    string,
    | { readonly float: readonly [number, number]; readonly log?: boolean }
    | { readonly powerOfTwo: readonly [number, number] }
    | { readonly ordinal: readonly number[] }
    | { readonly choice: readonly (number | string)[] }
  >
>;

/** What `optuna_peer.py` says: train one more epoch, or this is the best so far. */
type Said =
  | { readonly say: 'version'; readonly version: string }
  | { readonly say: 'train'; readonly trial: number; readonly epoch: number; readonly hparams: HParams }
  | { readonly say: 'best'; readonly hparams: HParams };

export interface PeerOptions {
  readonly python: string;
  readonly pruner: PrunerName;
  readonly seed: number;
  /** Device seconds that it may spend; the epoch that exceeds them still counts. */
  readonly budgetSeconds: number;
}

/** Answers whenever it found a better configuration. */
export async function tuneWithOptuna(
  contest: Contest,
  { python, pruner, seed, budgetSeconds }: PeerOptions,
): Promise<{ readonly version: string; readonly answers: readonly Answer[] }> {
  const {
    study: {
      training: { epochs, hparams: start },
    },
    space,
  } = contest;
  const child = spawn(
    python,
    [path.join(__dirname, 'optuna_peer.py'), JSON.stringify({ pruner, seed, epochs, space })],
    { stdio: ['pipe', 'ignore', 'inherit', 'pipe'] },
  );
  const exited = new Promise((resolve) => child.once('close', resolve));
  const answers: Answer[] = [];
  const spent = new Map<number, number>();
  const total = (): number => [...spent.values()].reduce((sum, seconds) => sum + seconds, 0);
  let version = '';
  for await (const line of createInterface({ input: child.stdio[3] as Readable })) {
    const said = JSON.parse(line) as Said;
    if (said.say === 'version') version = said.version;
    else if (said.say === 'best') answers.push({ deviceSeconds: total(), hparams: { ...start, ...said.hparams } });
    else if (total() >= budgetSeconds) child.stdin?.end();
    else {
      const { outcome } = await contest.run(
        segment(contest, { ...start, ...said.hparams }, said.trial, said.epoch, seed),
      );
      const { valLoss, deviceSeconds, ended } = toldOf(outcome);
      spent.set(said.trial, deviceSeconds);
      child.stdin?.write(`${JSON.stringify({ valLoss, ended })}\n`);
    }
  }
  await exited;
  if (answers.length === 0) throw new Error('optuna found nothing; its own words are above');
  return { version, answers };
}

/** One epoch of a training, from where the epoch before ended. */
function segment({ study }: Contest, hparams: HParams, trial: number, epoch: number, seed: number): TrialSpec {
  const {
    training,
    dataset: { split },
  } = study;
  const { epochs } = training;
  const steps = stepsOf({ epochs }, split.trainExamples, Number(hparams['batchSize']));
  return {
    trialId: `optuna/${trial}.${epoch}`,
    label: '',
    hparams,
    seed,
    schedule: stretched(training, epochs, steps),
    limit: { epochs },
    stop: { dead: true },
    evaluate: { validation: 'epoch', test: false },
    record: { stepLosses: false },
    process: 'warm',
    exportModel: false,
    ...(epoch > 1 && { continues: `optuna/${trial}.${epoch - 1}` }),
    ...(epoch < epochs && { pauseAfterEpochs: epoch }),
  };
}

function toldOf(outcome: Outcome): {
  readonly valLoss: number | null;
  readonly deviceSeconds: number;
  readonly ended: boolean;
} {
  if (!('measurement' in outcome)) return { valLoss: null, deviceSeconds: 0, ended: true };
  const {
    measurement: { curve, deviceSeconds },
  } = outcome;
  const isFailure = outcome.status === 'diverged' || outcome.status === 'dead';
  return {
    valLoss: isFailure ? null : (curve.at(-1)?.values.valLoss ?? null),
    deviceSeconds,
    ended: outcome.status !== 'paused',
  };
}
