import type { ResolvedStudy } from '../../workflows/words/study';
import type { HParams, TrialSpec } from '../../workflows/words/trial';
import type { TrialResult } from '../../workflows/words/outcome';
import type { PeerSpace, PrunerName } from './optuna-peer';

/** Where both tuners compete: who trains for them, and how good an answer is. */
export interface Contest {
  /** Ours, which also says what a whole training is. */
  readonly study: ResolvedStudy;
  /** What the stages of the study cover, as Optuna's own space. */
  readonly space: PeerSpace;
  readonly pruners: readonly PrunerName[];
  /** Trains one trial, or one more segment of a training that paused. */
  run(trial: TrialSpec): Promise<TrialResult>;
  /** How good a configuration is, by trainings that no tuner pays for; lower is better. */
  quality(hparams: HParams): Promise<number>;
  close(): Promise<void>;
}

/** The same, remembering what was asked before. */
export function remembered(quality: Contest['quality']): Contest['quality'] {
  const known = new Map<string, Promise<number>>();
  return (hparams) => {
    const key = JSON.stringify(Object.entries(hparams).sort());
    const found = known.get(key) ?? quality(hparams);
    known.set(key, found);
    return found;
  };
}
