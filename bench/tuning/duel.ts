import { type PrunerName, tuneWithOptuna } from './optuna-peer';
import type { Contest } from './contest';
import { type Answer, tuneInStages } from './staged';

/** Optuna's budget over ours: whoever is as good as its last answer has then spent at most half as much. */
export const BUDGET_FACTOR = 2;

/** What one seed says of one peer. */
export interface Duel {
  readonly ours: number;
  /** Of its answer when it had spent as much. */
  readonly theirs: number;
  /** Device seconds from which on every answer was as good as the peer's last one; Infinity if ours ended worse. */
  readonly ourSeconds: number;
  readonly theirSeconds: number;
}

export interface Duels {
  /** Of Optuna. */
  readonly version: string;
  readonly byPruner: ReadonlyMap<PrunerName, Duel>;
}

/** The staged study, then Optuna with each pruner. */
export async function fight(contest: Contest, python: string): Promise<Duels> {
  const {
    quality,
    study: { seed },
    pruners,
  } = contest;
  const staged = await tuneInStages(contest);
  const budget = staged.at(-1)?.deviceSeconds ?? 0;
  const ours = await quality(staged.at(-1)?.hparams ?? {});
  const byPruner = new Map<PrunerName, Duel>();
  let version = '';
  for (const pruner of pruners) {
    const found = await tuneWithOptuna(contest, { python, pruner, seed, budgetSeconds: BUDGET_FACTOR * budget });
    version = found.version;
    const inTime = found.answers.findLast(({ deviceSeconds }) => deviceSeconds <= budget);
    const target = await quality(found.answers.at(-1)?.hparams ?? {});
    byPruner.set(pruner, {
      ours,
      theirs: inTime === undefined ? Infinity : await quality(inTime.hparams),
      ourSeconds: await secondsTo(target, staged, quality),
      theirSeconds: await secondsTo(target, found.answers, quality),
    });
  }
  return { version, byPruner };
}

/** Seconds from which on every answer was as good as `target`: what was found and given up again does not count. */
async function secondsTo(target: number, answers: readonly Answer[], quality: Contest['quality']): Promise<number> {
  let since = Infinity;
  for (const { deviceSeconds, hparams } of answers.toReversed()) {
    if ((await quality(hparams)) > target) break;
    since = deviceSeconds;
  }
  return since;
}
