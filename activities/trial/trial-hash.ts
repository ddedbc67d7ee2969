import type { RunTrialInput } from '../../workflows/contract';
import { canonicalJson, sha256Of } from '../content-hash';

/**
 * Content address of a trial: everything that its bits depend on, and nothing else.
 * Two trials of the same content in different studies, or under different ids, are one.
 *
 * @param engine Identity of the engine: TensorFlow version, device kind, threads and flags.
 * @param modelSource Hash of the user's model module; undefined for presets and layers.
 */
export function trialHash(input: RunTrialInput, engine: string, modelSource: string | undefined): string {
  const { dataset, model, optimizer, objective, trial } = input;
  const { hparams, seed, schedule, limit, stop, evaluate, record, process, exportModel } = trial;
  const content = {
    version: 1, engine, modelSource, model, optimizer, objective,
    dataset: { sha256: dataset.sha256, split: dataset.split },
    trial: { hparams, seed, schedule, limit, stop, evaluate, record, process, exportModel },
  };
  return sha256Of(canonicalJson(content));
}
